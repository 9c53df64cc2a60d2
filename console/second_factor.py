"""The second factor of operators: a code of an authenticator app (RFC 6238), or a recovery code when it is lost."""

import hashlib
import re
import secrets
from base64 import b32encode

from django.contrib.auth.models import AbstractBaseUser, User
from django.db import transaction
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from registry.errors import ModerationRefused

RECOVERY_CODES = 10
# Letters and digits that nobody takes for one another; 16 of them are worth 79 bits.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_LENGTH = 16
_GROUP = 4


def has_second_factor(operator: AbstractBaseUser) -> bool:
    return bool(TOTPDevice.objects.filter(user=operator, confirmed=True).exists())


def begin_enrolment(operator: AbstractBaseUser) -> TOTPDevice:
    """The key that the authenticator app has to learn; the same until it is confirmed. ModerationRefused if one is."""
    with transaction.atomic():
        _lock(operator)
        if has_second_factor(operator):
            raise ModerationRefused("A second factor is set up already.")
        waiting = TOTPDevice.objects.filter(user=operator, confirmed=False).first()
        return waiting or TOTPDevice.objects.create(user=operator, confirmed=False, name="authenticator")


def finish_enrolment(operator: AbstractBaseUser, code: str) -> tuple[TOTPDevice, list[str]]:
    """From here on the app's codes are asked for. Returns recovery codes; ModerationRefused if the code is wrong."""
    with transaction.atomic():
        _lock(operator)
        device = TOTPDevice.objects.filter(user=operator, confirmed=False).first()
        if device is None or has_second_factor(operator):
            raise ModerationRefused("A second factor is set up already.")
        wrong = not device.verify_token(_digits(code))
        if not wrong:
            device.confirmed = True
            device.save(update_fields=["confirmed"])
    if wrong:  # after the commit: the failed try counts
        raise ModerationRefused("This code is not the one that the app shows now; wait for the next one.")
    return device, make_recovery_codes(operator)


def make_recovery_codes(operator: AbstractBaseUser) -> list[str]:
    """New codes that each get in once; the ones before are void. Only their digests are stored."""
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH)) for _ in range(RECOVERY_CODES)]
    with transaction.atomic():
        StaticDevice.objects.filter(user=operator).delete()
        device = StaticDevice.objects.create(user=operator, name="recovery codes")
        for code in codes:
            device.token_set.create(token=_digest(code))
    return ["-".join(code[at : at + _GROUP] for at in range(0, _LENGTH, _GROUP)) for code in codes]


def recovery_codes_left(operator: AbstractBaseUser) -> int:
    return sum(device.token_set.count() for device in StaticDevice.objects.filter(user=operator))


def verify_code(operator: AbstractBaseUser, code: str) -> Device | None:
    """The device that the code belongs to, which has now spent it; None for a wrong or spent one.

    Six digits are the app's, all else a recovery code. The row is locked, so that a code is spent once. After a wrong
    code a device rests for a while, each time for longer (django-otp).
    """
    digits = _digits(code)
    kind, token = (TOTPDevice, digits) if digits else (StaticDevice, _digest(_letters(code)))
    with transaction.atomic():
        device = kind.objects.select_for_update().filter(user=operator, confirmed=True).first()
        accepted = device is not None and bool(device.verify_token(token))
    return device if accepted else None


def forget_second_factor(operator: AbstractBaseUser) -> None:
    """Whoever logs in next with the password sets up a new one. Sessions that are open lose their standing."""
    with transaction.atomic():
        TOTPDevice.objects.filter(user=operator).delete()
        StaticDevice.objects.filter(user=operator).delete()


def _lock(operator: AbstractBaseUser) -> None:
    """Two tabs of one operator wait for each other."""
    User.objects.select_for_update().get(pk=operator.pk)


def _digits(code: str) -> str:
    """The six digits of an app's code, as in `123 456`; "" if it is none."""
    text = re.sub(r"\s", "", code)
    return text if re.fullmatch(r"[0-9]{6}", text) else ""


def _letters(code: str) -> str:
    return re.sub(r"[\s-]", "", code).lower()


def _digest(letters: str) -> str:
    """What is stored of a recovery code: 80 bits, as many as the column of django-otp holds in base32."""
    digest = hashlib.sha256(b"kez/recovery/1\x00" + letters.encode()).digest()
    return b32encode(digest[:10]).decode().lower()
