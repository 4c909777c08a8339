"""A load generator that costs little: raw HTTP/1.1 on kept connections, a bounded number of requests."""

import asyncio
import time
from collections.abc import Sequence
from urllib.parse import urlencode

from telephony.twilio import signature

HEAD = (
    "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded; charset=UTF-8\r\n"
    "User-Agent: TwilioProxy/1.1\r\nX-Twilio-Signature: {signature}\r\nContent-Length: {length}\r\n\r\n"
)


def request(public_url: str, path: str, form: dict[str, str], token: str) -> bytes:
    """One signed request, ready to be sent."""
    body = urlencode(form)
    signed = signature.sign(public_url + path, form.items(), token)
    return (HEAD.format(path=path, signature=signed, length=len(body)) + body).encode()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    length = 0
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            length = int(line.split(b":")[1])
        if line.startswith(b"transfer-encoding: chunked"):
            return status, await _chunks(reader)
    return status, await reader.readexactly(length)


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while True:
        size = int((await reader.readline()).strip(), 16)
        body += (await reader.readexactly(size + 2))[:-2]
        if size == 0:
            return body


async def _one(port: int, queue: "list[bytes]", results: "list[tuple[float, int, bytes]]") -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while queue:
        text = queue.pop()
        began = time.perf_counter()
        writer.write(text)
        status, body = await _answer(reader)
        results.append((time.perf_counter() - began, status, body))
    writer.close()


async def _run(port: int, requests: Sequence[bytes], at_once: int) -> tuple[float, list[tuple[float, int, bytes]]]:
    queue = list(reversed(requests))
    results: list[tuple[float, int, bytes]] = []
    began = time.perf_counter()
    await asyncio.gather(*(_one(port, queue, results) for _ in range(at_once)))
    return time.perf_counter() - began, results


def saturate(port: int, requests: Sequence[bytes], at_once: int) -> tuple[float, list[tuple[float, int, bytes]]]:
    """Send all requests over `at_once` connections; (seconds in all, each (seconds, status, body))."""
    return asyncio.run(_run(port, requests, at_once))


async def _paced(port: int, requests: Sequence[bytes], rate: float) -> list[tuple[float, int, bytes]]:
    results: list[tuple[float, int, bytes]] = []
    tasks = []
    for text in requests:
        tasks.append(asyncio.create_task(_one(port, [text], results)))
        await asyncio.sleep(1 / rate)
    await asyncio.gather(*tasks)
    return results


def paced(port: int, requests: Sequence[bytes], rate: float) -> list[tuple[float, int, bytes]]:
    """Send `rate` requests a second, each on a connection of its own."""
    return asyncio.run(_paced(port, requests, rate))


def quantile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
