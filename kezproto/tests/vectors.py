"""Reads the vector files under docs/protocol/vectors, which every implementation runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

PROTOCOL_DOCS = Path(__file__).resolve().parents[2] / "docs" / "protocol"


def load(name: str) -> dict[str, Any]:
    content = json.loads((PROTOCOL_DOCS / "vectors" / name).read_text(encoding="utf-8"))
    assert isinstance(content, dict)
    return content


def params(cases: list[dict[str, Any]], key: str = "name") -> list[Any]:
    """One pytest parameter for each case, named by `key`."""
    assert cases
    return [pytest.param(case, id=ascii(case[key])[1:-1]) for case in cases]


def counting(length: int) -> bytes:
    """The content of the vectors' files: 0, 1, … 250, over and over."""
    return (bytes(range(251)) * (length // 251 + 1))[:length]
