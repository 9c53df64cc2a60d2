"""What the property tests draw from, and how often."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kezproto.canonical import MAX_INTEGER
from kezproto.tests.cast import NOW

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
plain = st.recursive(
    st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)
"""Values that may stand in signed objects."""
any_text = st.text(max_size=10) | st.text("ab\n\ud800\udc00\udfff", max_size=6)
"""With lone surrogates."""
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_text | st.binary(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_text, inner, max_size=3),
    max_leaves=10,
)
seeds = st.binary(min_size=32, max_size=32)
moments = st.timedeltas(timedelta(days=-26 * 365), timedelta(days=973 * 365)).map(lambda delta: NOW + delta)


def property_test(*strategies: st.SearchStrategy[Any], max_examples: int = 60) -> Callable[[Any], Any]:
    """`given`, with this package's settings."""

    def decorate(test: Any) -> Any:
        return settings(max_examples=max_examples, deadline=None)(given(*strategies)(test))

    return decorate
