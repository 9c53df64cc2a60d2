"""Who sits at the desk in tests: operators with a role, a second factor, and a browser that has given both."""

from __future__ import annotations

import time

from django.contrib.auth.models import Group, User
from django.test import Client
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

PASSWORD = "a long enough one"


def operator(name: str, role: str | None) -> User:
    """Somebody with this role, or with none; has no second factor yet."""
    made = User.objects.create_user(name, password=PASSWORD, is_staff=True)
    if role:
        made.groups.set([Group.objects.get(name=role)])
    return made


def authenticator(owner: User) -> TOTPDevice:
    """The second factor of an operator, set up."""
    return TOTPDevice.objects.create(user=owner, name="authenticator", confirmed=True)


def code_of(device: TOTPDevice, *, steps: int = 0) -> str:
    """What the app shows now, or so many half minutes later."""
    return f"{totp(device.bin_key, t0=-30 * steps):06d}"


def seated(owner: User, *, verified: bool = True) -> Client:
    """A browser in which this operator has logged in, with the second factor unless not `verified`."""
    client = Client()
    client.force_login(owner)
    if verified:
        device = TOTPDevice.objects.filter(user=owner, confirmed=True).first() or authenticator(owner)
        session = client.session
        session[DEVICE_ID_SESSION_KEY] = device.persistent_id
        session.save()
    return client


def age_session(client: Client, seconds: float) -> None:
    """As if the session had begun so long ago."""
    session = client.session
    session["desk_since"] = int(time.time() - seconds)
    session.save()
