"""One signed HTTP request from the carrier to the application, with its retries and redirects."""

import asyncio
import secrets
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Protocol
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit, urlunsplit

import aiohttp
from yarl import URL

from telephony.simulator.signature import signature, signed_url
from telephony.simulator.twiml import LIMIT_BYTES, TwimlError

Params = dict[str, str]
MAX_REDIRECTS = 10


@dataclass(frozen=True)
class Reply:
    """What the application answered."""

    status: int
    content_type: str
    body: bytes
    url: str


@dataclass
class Request:
    """What the carrier asks. `deadline` is in real seconds, for everything including retries."""

    method: str
    url: str
    params: Params
    deadline: float = 15.0
    cookies: Params = field(default_factory=dict)
    token: str = field(default_factory=lambda: secrets.token_hex(16))
    forged: bool = False


class Transport(Protocol):
    """Anything that can carry a request to the application."""

    async def send(self, request: Request) -> Reply: ...

    async def close(self) -> None: ...


@dataclass(frozen=True)
class Overrides:
    """Connection overrides from a URL's fragment, such as #rc=2&rp=5xx,rt&rt=3000."""

    connect: float = 5.0
    read: float = 15.0
    total: float = 15.0
    retries: int = 1
    policy: frozenset[str] = frozenset({"ct"})

    @classmethod
    def of(cls, fragment: str) -> "Overrides":
        found = {key: values[-1] for key, values in parse_qs(fragment).items()}

        def seconds(key: str, default: float, least: int, most: int) -> float:
            value = found.get(key, "")
            return min(max(int(value), least), most) / 1000 if value.isdigit() else default

        retries = found.get("rc", "")
        return cls(
            connect=seconds("ct", 5.0, 100, 10_000),
            read=seconds("rt", 15.0, 100, 15_000),
            total=seconds("tt", 15.0, 100, 15_000),
            retries=min(int(retries), 5) if retries.isdigit() else 1,
            policy=frozenset(found["rp"].split(",")) if "rp" in found else frozenset({"ct"}),
        )

    def retries_on(self, trouble: str) -> bool:
        return trouble in self.policy or "all" in self.policy


class _Trouble(Exception):
    """A failed attempt: `kind` is the retry policy's word for it, `code` the carrier's error."""

    def __init__(self, kind: str, code: int, message: str) -> None:
        super().__init__(message)
        self.kind, self.code = kind, code


def with_query(url: str, params: Params) -> str:
    """Merge parameters into the query that an address has already."""
    parts = urlsplit(url)
    query = "&".join(part for part in (parts.query, urlencode(params)) if part)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, parts.fragment))


class Http:
    """The transport used in earnest: aiohttp.

    An application may be known to the world by one address (`public`) and be reached here by another (`local`): then
    requests go to the local one, and are signed as if they went to the public one.
    """

    def __init__(self, auth_token: str, *, public: str = "", local: str = "") -> None:
        self.auth_token = auth_token
        self.public, self.local = public.rstrip("/"), local.rstrip("/")
        self._session: aiohttp.ClientSession | None = None

    def _swap(self, url: str, old: str, new: str) -> str:
        inside = old and new and (url == old or url.startswith((f"{old}/", f"{old}?")))
        return new + url[len(old) :] if inside else url

    def session(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=4)
            self._session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
        return self._session

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def send(self, request: Request) -> Reply:
        """Deliver a request. Raises TwimlError with the carrier's code (11200 and its kin) when no answer counts."""
        overrides = Overrides.of(urlsplit(request.url).fragment)
        total = min(request.deadline, overrides.total)
        try:
            async with asyncio.timeout(total):
                return await self._attempts(request, overrides)
        except TimeoutError:
            raise TwimlError(11205, f"no answer within {total:g} s") from None

    async def _attempts(self, request: Request, overrides: Overrides) -> Reply:
        for attempt in range(overrides.retries + 1):
            try:
                return await self._follow(request, overrides)
            except _Trouble as trouble:
                if attempt == overrides.retries or not overrides.retries_on(trouble.kind):
                    raise TwimlError(trouble.code, str(trouble)) from None
        raise AssertionError("unreachable")

    async def _follow(self, request: Request, overrides: Overrides) -> Reply:
        """Redirects are followed with GET, and lose the form: that is what the carrier does."""
        method, url, params = request.method, request.url, request.params
        for _ in range(MAX_REDIRECTS + 1):
            reply, location = await self._once(method, url, params, request, overrides)
            if not location:
                return reply
            method, url, params = "GET", urljoin(reply.url, location), {}
        raise TwimlError(11215, "HTTP too many redirects")

    async def _once(
        self, method: str, url: str, params: Params, request: Request, overrides: Overrides
    ) -> tuple[Reply, str]:
        url = urlsplit(url)._replace(fragment="").geturl()
        if method == "GET":
            url, params = with_query(url, params) if params else url, {}
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=overrides.connect, sock_read=overrides.read)
        data = urlencode(params) if method == "POST" else None
        headers = self._headers(method, self._swap(url, self.local, self.public), params, request)
        try:
            async with self.session().request(
                method,
                URL(self._swap(url, self.public, self.local), encoded=True),
                data=data,
                headers=headers,
                timeout=timeout,
                allow_redirects=False,
            ) as response:
                return await self._read(response, request, url)
        except aiohttp.ClientConnectorDNSError as problem:
            raise _Trouble("ct", 11210, f"HTTP bad host name: {problem}") from None
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as problem:
            raise _Trouble("ct", 11205, f"HTTP connection failure: {problem}") from None
        except (OSError, TimeoutError, aiohttp.ClientError, ValueError) as problem:
            raise _Trouble("rt", 11205, f"HTTP connection failure: {problem}") from None

    def _headers(self, method: str, url: str, params: Params, request: Request) -> dict[str, str]:
        token = "not the token" if request.forged else self.auth_token
        headers = {
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
            "X-Home-Region": "us1",
            "X-Twilio-Signature": signature(token, signed_url(url), params.items()),
            "I-Twilio-Idempotency-Token": request.token,
        }
        if method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
        if request.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in request.cookies.items())
        return headers

    async def _read(self, response: aiohttp.ClientResponse, request: Request, url: str) -> tuple[Reply, str]:
        for line in response.headers.getall("Set-Cookie", []):
            request.cookies.update({name: morsel.value for name, morsel in SimpleCookie(line).items()})
        body = await response.content.read(LIMIT_BYTES + 1)
        while len(body) <= LIMIT_BYTES and not response.content.at_eof():
            body += await response.content.read(LIMIT_BYTES + 1)
        reply = Reply(response.status, response.headers.get("Content-Type", ""), body, url)
        if response.status in (301, 302, 303, 307, 308):
            return reply, response.headers.get("Location", "")
        if response.status >= 400:
            kind = "5xx" if response.status >= 500 else "4xx"
            raise _Trouble(kind, 11200, f"HTTP retrieval failure: {response.status}")
        return reply, ""
