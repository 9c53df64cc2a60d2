"""Operators with a browser of their own: made at a shell, logged in with a code of their authenticator."""

import json
import time
from base64 import b32decode
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from django_otp.oath import TOTP

from devstack.stack import Stack
from tests.browser.visitor import Visitor

PASSWORD = "a long enough one"


@dataclass(frozen=True, slots=True)
class Operator:
    """Whom `kez operator add` has made; `secret` is what an authenticator app would have scanned."""

    name: str
    secret: bytes

    def code(self) -> str:
        """What the app shows now."""
        totp = TOTP(self.secret)
        totp.time = time.time()
        return f"{totp.token():06d}"


def make_operator(stack: Stack, name: str, role: str = "operator") -> Operator:
    printed = stack.manage(
        "kez", "operator", "add", name, "--role", role, "--password-stdin", "--json", stdin=PASSWORD
    )
    query = parse_qs(urlsplit(json.loads(printed)["otpauth_url"]).query)
    return Operator(name, b32decode(query["secret"][0]))


def sit_down(visitor: Visitor, operator: Operator) -> None:
    """Log in at the desk."""
    visitor.goto("/admin/")
    visitor.page.fill("#id_username", operator.name)
    visitor.page.fill("#id_password", PASSWORD)
    visitor.page.fill("#id_code", operator.code())
    visitor.page.click("input[type=submit]")
    visitor.page.wait_for_url("**/admin/")
