"""Checks for single fields of a payload or body.

A check takes a value from parsed JSON and returns nothing; Malformed if the value is not in the field's form.
"""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from kezproto.canonical import MAX_INTEGER
from kezproto.errors import Malformed, UnknownField
from kezproto.keys import Primary
from kezproto.timestamps import parse_timestamp

Check = Callable[[Any], None]


def check_fields(value: Any, fields: Mapping[str, Check], *, what: str, optional: frozenset[str]) -> None:
    """`value` is an object with exactly these fields (less the optional ones), and each passes its check.

    A missing field is Malformed, a further one UnknownField; both are looked at before any value is.
    """
    if not isinstance(value, Mapping):
        raise Malformed(f"{what} must be a JSON object.")
    missing = fields.keys() - value.keys() - optional
    if missing:
        raise Malformed(f"{what} has no field {sorted(missing)[0]!r}.")
    unknown = value.keys() - fields.keys()
    if unknown:
        raise UnknownField(
            f"{what} has a field that its type and version do not have: {min(unknown)[:64]!r}."
        )
    for name, item in value.items():
        try:
            fields[name](item)
        except Malformed as error:
            raise Malformed(f"{what}, field {name!r}: {error}") from error


def text(minimum: int, maximum: int) -> Check:
    """Text of `minimum` to `maximum` UTF-8 bytes."""

    def check(value: Any) -> None:
        if not isinstance(value, str) or not minimum <= _utf8_length(value) <= maximum:
            raise Malformed(f"must be text of {minimum} to {maximum} bytes.")

    return check


def _utf8_length(value: str) -> int:
    try:
        return len(value.encode("utf-8"))
    except UnicodeEncodeError as error:
        raise Malformed("must not hold half of a surrogate pair.") from error


def pattern(expression: str, description: str) -> Check:
    """Text that matches the whole of `expression`."""
    compiled = re.compile(expression)

    def check(value: Any) -> None:
        if not isinstance(value, str) or not compiled.fullmatch(value):
            raise Malformed(f"must be {description}.")

    return check


def integer(minimum: int, maximum: int = MAX_INTEGER) -> Check:
    """An integer in this range; true and false are none."""

    def check(value: Any) -> None:
        if type(value) is not int or not minimum <= value <= maximum:
            raise Malformed(f"must be an integer from {minimum} to {maximum}.")

    return check


def one_of(*choices: str) -> Check:
    def check(value: Any) -> None:
        if value not in choices:
            raise Malformed(f"must be one of {', '.join(choices)}.")

    return check


def nullable(inner: Check) -> Check:
    def check(value: Any) -> None:
        if value is not None:
            inner(value)

    return check


def list_of(inner: Check, *, minimum: int, maximum: int) -> Check:
    """A list of `minimum` to `maximum` items without repetition, each of which passes `inner`."""

    def check(value: Any) -> None:
        if not isinstance(value, list) or not minimum <= len(value) <= maximum:
            raise Malformed(f"must be a list of {minimum} to {maximum} items.")
        for item in value:
            inner(item)
        if len(set(value)) != len(value):
            raise Malformed("must not hold the same item twice.")

    return check


def primary(value: Any) -> None:
    """A primary in wire form; BadKey (not Malformed) for a point that may not be used."""
    if not isinstance(value, str):
        raise Malformed("must be ed25519: and 64 lower-case hex digits.")
    Primary.parse(value)


def timestamp(value: Any) -> None:
    if not isinstance(value, str):
        raise Malformed("must be a timestamp.")
    parse_timestamp(value)


def anything(value: Any) -> None:
    """For fields whose rules are checked elsewhere."""


def json_object(value: Any) -> None:
    if not isinstance(value, Mapping):
        raise Malformed("must be a JSON object.")


def base64_data(*, maximum: int) -> Check:
    """Standard base64 with padding, of at most `maximum` bytes, in its only canonical spelling."""

    def check(value: Any) -> None:
        if not isinstance(value, str) or len(value) > (maximum + 2) // 3 * 4:
            raise Malformed(f"must be base64 of at most {maximum} bytes.")
        try:
            decoded = base64.b64decode(value, validate=True)
        except ValueError as error:
            raise Malformed("must be base64.") from error
        if base64.b64encode(decoded).decode("ascii") != value or len(decoded) > maximum:
            raise Malformed(f"must be canonical base64 of at most {maximum} bytes.")

    return check


def base64url_data(*, minimum: int, maximum: int) -> Check:
    """base64url without padding, of `minimum` to `maximum` bytes, in its only canonical spelling."""
    alphabet = re.compile(r"[A-Za-z0-9_-]*")

    def check(value: Any) -> None:
        if not isinstance(value, str) or len(value) > maximum * 2 or not alphabet.fullmatch(value):
            raise Malformed("must be base64url without padding.")
        try:
            decoded = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
        except binascii.Error as error:
            raise Malformed("must be base64url without padding.") from error
        if base64.urlsafe_b64encode(decoded).decode("ascii").rstrip("=") != value:
            raise Malformed("must be canonical base64url.")
        if not minimum <= len(decoded) <= maximum:
            raise Malformed(f"must hold {minimum} to {maximum} bytes.")

    return check


def plain_line(minimum: int, maximum: int) -> Check:
    """One line that shows as it is: no control characters, and none that turn the writing direction."""
    length = text(minimum, maximum)

    def check(value: Any) -> None:
        length(value)
        if any(unicodedata.category(character) in ("Cc", "Zl", "Zp") for character in value):
            raise Malformed("must not hold control characters.")
        if any(unicodedata.bidirectional(character) in _TURNS for character in value):
            raise Malformed("must not hold characters that turn the writing direction.")

    return check


_TURNS = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})

uuid7 = pattern(
    r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", "a lower-case UUID of version 7"
)
sha256 = pattern(r"sha256:[0-9a-f]{64}", "sha256: and 64 lower-case hex digits")
blake3 = pattern(r"blake3:[0-9a-f]{64}", "blake3: and 64 lower-case hex digits")


def hex_digits(count: int) -> Check:
    return pattern(rf"[0-9a-f]{{{count}}}", f"{count} lower-case hex digits")


def url(*schemes: str) -> Check:
    """A URL of printable ASCII with one of these schemes, of at most 2,048 characters."""
    return pattern(
        rf"(?=.{{1,2048}}\Z)(?:{'|'.join(schemes)})[!#-;=?-\[\]_a-z~%]+",
        f"a URL that starts with {' or '.join(schemes)}",
    )


def file_name(value: Any) -> None:
    """One path component that is safe to show; where it is written, the client decides anew."""
    plain_line(1, 255)(value)
    if value in (".", "..") or "/" in value or "\\" in value:
        raise Malformed("must be a file's name without its folders.")
