"""Codes are what machines rely on: each its own, none by chance."""

import re

from kezproto import errors


def all_errors(root=errors.ProtocolError):
    yield root
    for child in root.__subclasses__():
        yield from all_errors(child)


def test_each_error_has_a_code_of_its_own_and_a_sentence():
    found = list(all_errors())
    assert len(found) > 20
    codes = [error.code for error in found]
    assert len(set(codes)) == len(codes)
    for error in found:
        assert re.fullmatch(r"[a-z_]+", error.code)
        assert str(error()).endswith((".", "?"))
        assert str(error("Another sentence.")) == "Another sentence."


def test_chain_errors_say_where():
    assert errors.WrongSeq().index is None
    assert errors.WrongSeq(index=3).index == 3
