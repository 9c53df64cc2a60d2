"""JavaScript's half of the protocol in a real browser: the same vector files, the modules as the server serves them."""

import json
from typing import Any

import pytest

from tests.browser.visitor import Visitor
from tests.protocol_vectors import check_report, load_all

RUNNER = "tests/vectors/runner.js"


@pytest.mark.parametrize("native", [True, False], ids=["native", "plain JavaScript"])
def test_every_vector_passes(visitor: Visitor, native: bool) -> None:
    if not native:
        visitor.call("tests/vectors/without_native.js", "(module) => module.withoutNative()")
    files = load_all()
    # As text: on its way into the page, Playwright would lose the fields that are named __proto__.
    report: dict[str, Any] = visitor.call(
        RUNNER, "(module, files) => module.runVectors(JSON.parse(files))", json.dumps(files)
    )
    check_report(report, files)


def test_this_browser_has_what_makes_it_fast(visitor: Visitor) -> None:
    """Chromium verifies and opens by itself; should that ever stop, everything would work, but slowly."""
    visitor.goto("/docs/cli")
    assert visitor.call(
        "proto/native_ed25519.js", "async (module) => (await module.nativeEd25519()) !== null"
    )
    assert visitor.call(
        "proto/hpke.js",
        """async (module) => {
            const { DhkemX25519HkdfSha256 } = await import("@hpke/core");
            return (await module.hpkeSuite()).kem instanceof DhkemX25519HkdfSha256;
        }""",
    )
