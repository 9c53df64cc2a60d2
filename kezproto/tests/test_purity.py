"""The protocol's rules take time, keys and chance as arguments; nothing here may reach for them."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1]
MODULES = sorted(PACKAGE.glob("*.py"))
ALLOWED = {
    "__future__",
    "base64",
    "binascii",
    "blake3",
    "collections",
    "cryptography",
    "dataclasses",
    "datetime",
    "enum",
    "functools",
    "hashlib",
    "hmac",
    "json",
    "kezproto",
    "mnemonic",
    "nacl",
    "re",
    "rfc8785",
    "typing",
    "unicodedata",
}
CLOCKS = {"now", "utcnow", "today", "random", "urandom", "generate"}


def imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            yield (node.module or "").partition(".")[0]


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_module_is_pure(module):
    tree = ast.parse(module.read_text(encoding="utf-8"))
    assert set(imported(tree)) <= ALLOWED
    called = {
        node.func.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    assert not called & CLOCKS
    assert "open" not in {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
