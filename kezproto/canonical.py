"""Canonical JSON out (RFC 8785, JCS), strict JSON in.

Both sides must agree on every byte that is signed, so input that two parsers could read in two ways is
refused: duplicate names, floats, integers beyond ±(2^53−1), lone surrogates, byte order marks.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, NoReturn

import rfc8785

from kezproto.errors import Malformed

MAX_PUBLIC_BYTES = 65536
MAX_DEPTH = 32
MAX_INTEGER = 2**53 - 1

# A string that is never closed swallows the rest: the scan stays linear, and the parser refuses it later.
_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)


def canonical_bytes(value: Any) -> bytes:
    """The RFC 8785 form of `value` as UTF-8. Malformed if it has none."""
    try:
        return rfc8785.dumps(value)
    except (ValueError, RecursionError) as error:
        raise Malformed("This value has no canonical JSON form.") from error


def sha256_of(value: Any) -> str:
    """`sha256:` and the lower-case hex SHA-256 of the canonical form."""
    return "sha256:" + hashlib.sha256(canonical_bytes(value)).hexdigest()


def parse_json(data: bytes, *, max_bytes: int = MAX_PUBLIC_BYTES) -> Any:
    """Read JSON by the strict rules above; whatever breaks one is Malformed."""
    if len(data) > max_bytes:
        raise Malformed(f"The JSON text is larger than {max_bytes} bytes.")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed("The JSON text is not UTF-8.") from error
    _refuse_deep_nesting(text)
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object_without_duplicates,
            parse_int=_bounded_integer,
            parse_float=_refuse_number,
            parse_constant=_refuse_number,
        )
    except json.JSONDecodeError as error:
        raise Malformed(f"This is not JSON: {error.msg} at position {error.pos}.") from error
    _refuse_lone_surrogates(value)
    return value


def plain_copy(value: Any, *, _depth: int = 0) -> Any:
    """A deep copy in plain dict, list, str, int, bool and None, under the same rules as `parse_json`."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        _refuse_lone_surrogates(value)
        return str(value)
    if isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise Malformed("An integer lies outside ±(2^53−1).")
        return int(value)
    if _depth >= MAX_DEPTH:
        raise Malformed(f"JSON may be nested {MAX_DEPTH} deep at most.")
    if isinstance(value, Mapping):
        if not all(isinstance(name, str) for name in value):
            raise Malformed("The names in an object must be text.")
        return {plain_copy(name): plain_copy(item, _depth=_depth + 1) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain_copy(item, _depth=_depth + 1) for item in value]
    raise Malformed("Only objects, lists, text, integers, true, false and null are allowed.")


def _refuse_deep_nesting(text: str) -> None:
    depth = 0
    for match in _STRING_OR_BRACKET.finditer(text):
        if match[0] in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise Malformed(f"JSON may be nested {MAX_DEPTH} deep at most.")
        elif match[0] in "]}":
            depth -= 1


def _object_without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise Malformed("A name stands twice in one JSON object.")
    return result


def _bounded_integer(digits: str) -> int:
    # The length comes first: converting a very long number costs time, and Python may refuse it untyped.
    if len(digits) > 17 or abs(int(digits)) > MAX_INTEGER:
        raise Malformed("An integer lies outside ±(2^53−1).")
    if digits == "-0":
        raise Malformed("Minus zero is not an integer here.")
    return int(digits)


def _refuse_number(_literal: str) -> NoReturn:
    raise Malformed("Numbers must be integers, written without fraction or exponent.")


def _refuse_lone_surrogates(value: Any) -> None:
    if isinstance(value, str):
        try:
            value.encode("utf-8")
        except UnicodeEncodeError as error:
            raise Malformed("The text holds half of a surrogate pair.") from error
    elif isinstance(value, dict):
        for name, item in value.items():
            _refuse_lone_surrogates(name)
            _refuse_lone_surrogates(item)
    elif isinstance(value, list):
        for item in value:
            _refuse_lone_surrogates(item)
