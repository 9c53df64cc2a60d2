"""Writes deploy/.env.example out of docs/settings.md: every setting with its default and what it does.

    python -m deploy.env_example

A test compares; after a change to the settings' page, run it.
"""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "settings.md"
EXAMPLE = ROOT / "deploy" / ".env.example"

HEAD = """\
# What this server is told. Copy it to .env (compose) or /etc/kez-chat/env (systemd); docs/deploy.md goes through it.
# Written by python -m deploy.env_example out of docs/settings.md. A line that starts with #NAME= shows a default.
# No secret stands here: they lie in files of their own, made by python -m deploy.secrets.

# --- Yours: put your names for kez.lat

KEZ_CHAT_SERVER=kez.lat
KEZ_CHAT_PUBLIC_URL=https://kez.lat
KEZ_CHAT_SIG_SERVER_URL=https://sig.kez.lat
KEZ_NATS_PUBLIC_URL=tls://nats.kez.lat:4222
KEZ_NATS_PUBLIC_WS_URL=wss://nats.kez.lat

# --- Of compose and Caddy alone

# The host names in the addresses above: what Caddy gets certificates for
KEZ_SITE=kez.lat
KEZ_SITE_SIGCHAIN=sig.kez.lat
KEZ_SITE_NATS=nats.kez.lat
# Web processes, with blanks between them. After docker compose up --scale web=2: kez-web-1:6969 kez-web-2:6969
#KEZ_WEB_UPSTREAMS=web:6969
# One more option for Caddy. local_certs: certificates of its own, for a trial that the internet does not reach
#KEZ_CADDY_OPTIONS=
# Which image to run, once you build more than one
#KEZ_IMAGE_TAG=local
"""
SECRETS = re.compile(r"_SEED$|SECRET|_ACCESS_KEY$|DATABASE_URL$|MAIL_URL$")


def example() -> str:
    """The whole file."""
    lines = [HEAD]
    for line in PAGE.read_text().splitlines():
        if heading := re.match(r"## (.*)", line):
            lines.append(f"# --- {heading[1]}\n")
        if row := re.match(r"\| `([A-Z_]+)` \| (.*?) \| (.*) \|$", line):
            lines.append(_setting(*row.groups()))
    return "\n".join(lines)


def _setting(name: str, default: str, what: str) -> str:
    plain = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", what).replace("`", "")
    quoted = re.fullmatch(r"`([^`]*)`", default)
    note = "" if quoted or default in ("none", "empty") else f" (default: {default.replace('`', '')})"
    shown = f"#{name}_FILE=" if SECRETS.search(name) else f"#{name}={quoted[1] if quoted else ''}"
    return f"# {plain}{note}\n{shown}\n"


if __name__ == "__main__":
    EXAMPLE.write_text(example())
