"""What this run was asked for: the environment, and the secrets that are made once and kept in DATA_DIR."""

import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from hotline.launcher.children import CannotStart
from hotline.launcher.ground import free_port

BASE_DIR = Path(__file__).resolve().parent.parent.parent


def _made_secrets() -> dict[str, str]:
    return {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "TWILIO_ACCOUNT_SID": "AC" + secrets.token_hex(16),
        "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
        "VALKEY_PASSWORD": secrets.token_urlsafe(24),
    }


def kept_secrets(data_dir: Path) -> dict[str, str]:
    """The secrets of this DATA_DIR, made at the first run; readable by its owner alone."""
    path = data_dir / "secrets.json"
    try:
        kept = json.loads(path.read_text())
    except FileNotFoundError:
        kept = {}
    except ValueError:
        raise CannotStart(f"{path} is damaged: restore it from a backup, or remove it to make new secrets.") from None
    everything = {**_made_secrets(), **kept}
    if everything != kept:
        write_private(path, json.dumps(everything, indent=1))
    return everything


def write_private(path: Path, text: str) -> None:
    """Write a file in one step, readable by its owner alone."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _port(given: str) -> int:
    if not given.isdigit() or not 0 < int(given) < 65536:
        raise CannotStart(f"PORT must be a number from 1 to 65535, not {given!r}.")
    return int(given)


@dataclass(frozen=True)
class Configuration:
    """Everything that the run depends on; `environment()` is what the children are given."""

    data_dir: Path
    host: str
    port: int
    public_url: str
    demo: bool
    database_url: str  # "" : our own PostgreSQL
    redis_url: str  # "" : our own Valkey
    simulator_port: int  # 0: none is started
    given: dict[str, str] = field(repr=False)
    secrets: dict[str, str] = field(repr=False)

    @property
    def local_url(self) -> str:
        """Where this machine reaches the web process."""
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, self.host)  # noqa: S104
        return f"http://{host}:{self.port}"

    @property
    def simulator_url(self) -> str:
        return f"http://127.0.0.1:{self.simulator_port}" if self.simulator_port else ""

    def environment(self, *, database_url: str, redis_url: str) -> dict[str, str]:
        """The environment of every child. What the person set wins over what we made."""
        settings = {
            "DATA_DIR": str(self.data_dir),
            "PORT": str(self.port),
            "PUBLIC_URL": self.public_url,
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "HOTLINE_DEMO": "1" if self.demo else "0",
            "DJANGO_SETTINGS_MODULE": "hotline.settings",
            "PYTHONUNBUFFERED": "1",
        }
        if self.simulator_port:
            settings.update(TWILIO_API_URL=self.simulator_url, SIMULATOR_URL=self.simulator_url)
        carrier = self.demo or self.simulator_port  # without either, only a real account is of use
        names = ["SECRET_KEY", *(["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"] if carrier else [])]
        kept = {name: self.secrets[name] for name in names if not self.given.get(name)}
        return {**self.given, **kept, **settings}


def read(given: dict[str, str], *, demo: bool) -> Configuration:
    """The configuration of this run; DATA_DIR must be ours already."""
    data_dir = data_dir_of(given)
    port = _port(given.get("PORT") or "8000")
    host = given.get("HOST") or "127.0.0.1"
    local = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104
    return Configuration(
        data_dir=data_dir,
        host=host,
        port=port,
        public_url=(given.get("PUBLIC_URL") or f"http://{local}:{port}").rstrip("/"),
        demo=demo,
        database_url=given.get("DATABASE_URL", ""),
        redis_url=given.get("REDIS_URL", ""),
        simulator_port=free_port() if demo and not given.get("TWILIO_API_URL") else 0,
        given=given,
        secrets=kept_secrets(data_dir),
    )


def data_dir_of(given: dict[str, str]) -> Path:
    return Path(given.get("DATA_DIR") or BASE_DIR / "var").expanduser().resolve()
