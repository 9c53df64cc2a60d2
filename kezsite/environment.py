"""How settings are read from the environment: each reader fails closed with a sentence that says what to do."""

import ipaddress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
SUPPORTED_TRANSPORTS = ("nats",)
KEPT_SECONDS = 60  # how long a connection to the database is kept for the next request

env = environ.FileAwareEnv()


def required_secret(name: str) -> str:
    """The secret `name`, at least 32 characters, from the environment or from the file `<name>_FILE`."""
    value = env.str(name, default="")
    if len(value) < 32:
        raise ImproperlyConfigured(
            f"{name} is missing or shorter than 32 characters: set it, or {name}_FILE to a file that holds it "
            "(`make run` makes one in .data/)."
        )
    return str(value)


def supported_transport(name: str) -> str:
    """The chat transport; any that this server does not speak is refused, so that nothing is misrouted."""
    value = env.str(name, default="nats")
    if value not in SUPPORTED_TRANSPORTS:
        raise ImproperlyConfigured(
            f"{name}={value!r} is not supported: this server speaks {', '.join(SUPPORTED_TRANSPORTS)} only. "
            f"Unset {name} or set {name}=nats."
        )
    return str(value)


def broker_addresses(name: str, *, default: str, schemes: tuple[str, ...]) -> str:
    """One or more addresses of brokers, separated by commas."""
    value = env.str(name, default=default)
    addresses = [address.strip() for address in value.split(",")]
    for address in addresses:
        parts = urlsplit(address)
        if parts.scheme not in schemes or not parts.hostname:
            raise ImproperlyConfigured(
                f"{name}: {address!r} is not the address of a broker: write {schemes[0]}://host:port, several "
                "separated by commas."
            )
    return ",".join(addresses)


def copies_of_streams(name: str, *, default: int) -> int:
    """How many nodes of a cluster keep each message: an odd number, since more than half must agree."""
    value = env.int(name, default=default)
    if value not in (1, 3, 5):
        raise ImproperlyConfigured(
            f"{name}={value} is not 1, 3 or 5: more than half of the copies must agree."
        )
    return int(value)


def one_of(name: str, choices: tuple[str, ...], *, default: str) -> str:
    """One of a few words."""
    value = env.str(name, default=default)
    if value not in choices:
        raise ImproperlyConfigured(f"{name}={value!r} is not known: write one of {', '.join(choices)}.")
    return str(value)


def whole_number(name: str, *, default: int, least: int, most: int) -> int:
    value = env.int(name, default=default)
    if not least <= value <= most:
        raise ImproperlyConfigured(f"{name}={value} must lie between {least} and {most}.")
    return int(value)


def refuse_former_settings() -> None:
    """A setting that is gone stops the start, so that nobody relies on what it no longer does."""
    if env.str("KEZ_REGISTRATION_OPEN", default=""):
        raise ImproperlyConfigured(
            "KEZ_REGISTRATION_OPEN is gone: instead of true set KEZ_REGISTRATION=open, instead of false "
            "KEZ_REGISTRATION=closed, and unset the old one."
        )


def mail_server(name: str, *, needed: bool) -> dict[str, Any]:
    """Django's mail settings from a URL such as smtp+tls://name:password@mail.example:587."""
    if not env.str(name, default=""):
        if needed:
            raise ImproperlyConfigured(
                f"KEZ_ALERT_MAIL names people, but {name} names no mail server: set it, or unset KEZ_ALERT_MAIL."
            )
        return {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    return dict(env.email_url(name))


def bind_address(name: str, *, default: str) -> str:
    """`host:port` (IPv6 hosts in brackets)."""
    value = env.str(name, default=default)
    host, _, port = value.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise ImproperlyConfigured(
            f"{name}={value!r} is not an address to bind: write host:port, as in {default}."
        )
    return str(value)


def trimmed_url(name: str, *, default: str) -> str:
    """An http(s) base URL without its trailing slash."""
    value = env.str(name, default=default).rstrip("/")
    if not value.startswith(("http://", "https://")):
        raise ImproperlyConfigured(
            f"{name}={value!r} is not a web address: it starts with http:// or https://."
        )
    return str(value)


def absolute_folder(name: str) -> Path | None:
    """A folder by its whole path, or None where none is named."""
    value = env.str(name, default="")
    if value and not Path(value).is_absolute():
        raise ImproperlyConfigured(f"{name}={value!r} must be a whole path, one that starts with /.")
    return Path(value) if value else None


def origin_of(url: str) -> str:
    """Scheme, host and port of a web address: what a content security policy names."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def own_hosts(name: str, *, server: str, urls: list[str]) -> list[str]:
    """Host names that this server answers to: by default its name, those in its own addresses, and loopback."""
    usual = [server, *(urlsplit(url).hostname or "" for url in urls), "localhost", "127.0.0.1", "[::1]"]
    return list(env.list(name, default=list(dict.fromkeys(usual))))


def second_factor(name: str, *, public_url: str) -> bool:
    """Whether operators need a second factor. Only a server that is reached at loopback can do without."""
    needed: bool = env.bool(name, default=True)
    host = urlsplit(public_url).hostname or ""
    if not needed and host not in ("localhost", "127.0.0.1", "::1"):
        raise ImproperlyConfigured(
            f"{name}=false is for development: people reach this server at {host}, so its operators need a second "
            f"factor. Unset {name}."
        )
    return needed


def network_list(name: str, *, default: list[str]) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """A comma-separated list of IP networks."""
    texts = env.list(name, default=default)
    try:
        return [ipaddress.ip_network(text.strip()) for text in texts]
    except ValueError as error:
        raise ImproperlyConfigured(
            f"{name} is a comma-separated list of networks such as 10.0.0.0/8: {error}."
        ) from error


def attachment_storage(name: str, *, default: str, access_key: str, secret_key: str) -> dict[str, Any]:
    """An entry of Django's STORAGES: a folder, or `s3://bucket/prefix` with `?endpoint=…&region=…` as needed.

    `access_key` and `secret_key` are the names of the variables that hold the bucket's keys.
    """
    value = env.str(name, default=default)
    parts = urlsplit(value)
    if parts.scheme in ("", "file"):
        folder = Path(parts.path)
        if not folder.is_absolute():
            folder = BASE_DIR / folder
        return {"BACKEND": "files.folder_storage.FolderStorage", "OPTIONS": {"location": str(folder)}}
    if parts.scheme != "s3" or not parts.netloc:
        raise ImproperlyConfigured(f"{name}={value!r} is no storage: give a folder, or s3://bucket/prefix.")
    query = dict(parse_qsl(parts.query))
    options = {
        "bucket_name": parts.netloc,
        "location": parts.path.strip("/"),
        "endpoint_url": query.pop("endpoint", None),
        "region_name": query.pop("region", None),
        # Without these, boto3 looks where it always does: its variables, its files, the machine's role.
        "access_key": env.str(access_key, default="") or None,
        "secret_key": env.str(secret_key, default="") or None,
    }
    if query:
        raise ImproperlyConfigured(f"{name} takes endpoint and region, not {', '.join(sorted(query))}.")
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}


def database(name: str, *, default: str) -> dict[str, Any]:
    """A Django database from its URL: PostgreSQL, or SQLite made safe for several processes."""
    config: dict[str, Any] = env.db_url(name, default=default)
    if config["ENGINE"].endswith("sqlite3"):
        if config["NAME"] != ":memory:":
            Path(config["NAME"]).parent.mkdir(parents=True, exist_ok=True)
        config["OPTIONS"] = {
            **config.get("OPTIONS", {}),
            # WAL lets readers go on while one process writes; IMMEDIATE takes the write lock before the first
            # read, so two writers wait for each other instead of failing half way.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
        }
    # A connection stays with its thread, and the threads of a web process are fixed in number (httpapi/pooled.py).
    config.setdefault("CONN_MAX_AGE", KEPT_SECONDS)
    config.setdefault("CONN_HEALTH_CHECKS", True)
    return config
