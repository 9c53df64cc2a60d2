"""Patterns of names: what fits, what is none, and that matching never takes long."""

import fnmatch
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.patterns import check_name_or_pattern, matches


@pytest.mark.parametrize(
    ("pattern", "fits", "does_not"),
    [
        ("town-*", ["town-", "town-hall"], ["town", "my-town-hall", "townhall"]),
        ("*-official", ["x-official", "-official"], ["official", "x-official-2"]),
        ("*town*hall*", ["town-hall", "our-town-or-hall-2"], ["hall-town", "town"]),
        ("a*b*c", ["abc", "axbxc", "abbc"], ["ab", "acb", "abcd"]),
        ("ab*ba", ["abba", "ab-ba"], ["aba"]),
        ("plain", ["plain"], ["plain2", "explain"]),
    ],
)
def test_what_fits(pattern, fits, does_not):
    check_name_or_pattern(pattern)
    assert [name for name in fits if not matches(pattern, name)] == []
    assert [name for name in does_not if matches(pattern, name)] == []


@pytest.mark.parametrize(
    "text", ["*", "a*", "**ab", "a*b*c*d*e*f", "Town*", "town *", "x" * 40 + "*", "ab", "", "[ab]*", "?own*"]
)
def test_what_is_no_pattern(text):
    with pytest.raises(ValueError, match=r"pattern|handle"):
        check_name_or_pattern(text)


@given(st.text("ab*", min_size=1, max_size=12), st.text("ab", max_size=14))
def test_it_agrees_with_shell_patterns(pattern, name):
    assert matches(pattern, name) == fnmatch.fnmatchcase(name, pattern)


def test_no_pattern_is_slow():
    began = time.process_time()
    for _ in range(2000):
        matches("*a*a*a*b", "a" * 32)
    assert time.process_time() - began < 1
