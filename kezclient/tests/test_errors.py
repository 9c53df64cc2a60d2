"""Errors: a sentence each, a code each, an exit code that never changes."""

from __future__ import annotations

import pytest

from kezclient import errors
from kezclient.docs import error_classes
from kezclient.errors import ClientError, ContactUnknown, InputNeeded, ServerRefused
from kezclient.exit_codes import EXIT_MEANINGS, ExitCode

ALL = error_classes()

# Scripts depend on these numbers.
FIXED = {
    "OK": 0,
    "BUG": 1,
    "USAGE": 2,
    "PROFILE": 3,
    "INPUT_NEEDED": 4,
    "KEY_STORE": 5,
    "UNREACHABLE": 6,
    "REFUSED": 7,
    "NOT_FOUND": 8,
    "KEY_CHANGED": 9,
    "BROKER_DOWN": 10,
    "INBOX_FULL": 11,
    "TOO_LARGE": 12,
    "CHAIN_REWRITTEN": 13,
    "BAD_ANSWER": 14,
    "UNHEALTHY": 15,
    "NOT_DELIVERED": 16,
    "ACCESS_REFUSED": 17,
    "LOCAL_DATA": 18,
    "WEB_DIFFERS": 19,
    "FILE_PENDING": 20,
    "FILE_GONE": 21,
    "FILE_FAILED": 22,
    "FILE_CHANGED": 23,
    "WAITING": 24,
    "SENDER_OFFLINE": 25,
    "INTERRUPTED": 130,
}


def test_exit_codes_stay_what_they_are():
    assert {code.name: int(code) for code in ExitCode} == FIXED
    assert set(EXIT_MEANINGS) == set(ExitCode)


@pytest.mark.parametrize("error", ALL, ids=lambda error: error.__name__)
def test_every_error_has_a_sentence_and_an_exit_code(error: type[ClientError]):
    assert (error.__doc__ or "").strip()
    assert error.exit_code is not ExitCode.OK
    assert error is ServerRefused or error.code != "error"


def test_codes_are_unique():
    codes = [error.code for error in ALL]
    assert len(codes) == len(set(codes))


def test_the_sentence_is_the_docstring_with_its_names_filled_in():
    error = InputNeeded(what="A passphrase", instead="Set it.")
    assert str(error) == "A passphrase is needed, and nobody can be asked. Set it."
    assert ContactUnknown(handle="bob@kez.lat").document() == {
        "error": {
            "code": "contact_unknown",
            "message": "bob@kez.lat is not among your contacts. Add it with `kez-chat add bob@kez.lat`.",
            "exit_code": 8,
        },
        "handle": "bob@kez.lat",
    }


def test_a_refusal_of_the_server_keeps_its_code():
    error = errors.ServerRefused(code="handle_reserved", detail="admin is reserved.", status=403)
    assert (error.code, str(error), error.exit_code) == ("handle_reserved", "admin is reserved.", 7)
    assert ServerRefused.code == "error"
