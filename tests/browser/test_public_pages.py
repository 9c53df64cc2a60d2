"""The pages that everybody may read: accessible, and with what the reader's own key adds to them."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from devstack.stack import Stack
from kezproto.keys import Primary
from kezproto.safety_number import safety_number
from tests.browser.axe import assert_accessible
from tests.browser.chain_writer import ChainWriter
from tests.browser.vaulting import CHEAP, PASSPHRASE
from tests.browser.visitor import Visitor

HAVE_A_HANDLE = """async ([folder, local, seed, passphrase, cost]) => {
  const { createIdentity } = await import(`${folder}js/vault/identity.js`);
  const { Handle } = await import(`${folder}js/proto/handles.js`);
  const handle = new Handle(local, document.documentElement.dataset.server);
  return (await createIdentity({ seed: Uint8Array.from(seed), handle, passphrase, cost })).primary.hex;
}"""


@pytest.fixture(scope="module")
def chris(stack: Stack) -> ChainWriter:
    writer = ChainWriter("chrisonchain", stack)
    writer.write_much()
    return writer


def have_a_handle(person: Visitor, local: str, seed: bytes) -> Primary:
    """An identity in this browser, never registered: public pages don't ask."""
    person.goto("/docs/cli")
    folder = person.page.evaluate("document.documentElement.dataset.static")
    made = person.page.evaluate(HAVE_A_HANDLE, [folder, local, list(seed), PASSPHRASE, CHEAP])
    return Primary.from_hex(made)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", ["/", "/u/chrisonchain", "/docs/cli", "/nothing-here"])
def test_they_are_accessible(
    visitor_of: Callable[..., Visitor], chris: ChainWriter, address: str, scheme: str
):
    for width in (390, 1280):
        person = visitor_of(f"visitor {width}", color_scheme=scheme, viewport={"width": width, "height": 800})
        person.expect("status of 404 .*nothing-here")
        person.goto(address)
        assert_accessible(person.page)
        too_wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not person.page.evaluate(too_wide)


def test_they_work_without_javascript(visitor_of: Callable[..., Visitor], chris: ChainWriter):
    person = visitor_of("reader", java_script_enabled=False)
    person.goto("/u/chrisonchain")
    expect(person.page.get_by_text("Verified.", exact=True)).to_be_visible()
    expect(person.page.get_by_text("chris-writes").first).to_be_visible()
    expect(person.page.get_by_text("kez-chat verify chrisonchain")).to_be_visible()
    person.goto("/")
    person.page.get_by_role("link", name="Claim a handle").click()
    expect(person.page.get_by_role("heading", name="This page needs JavaScript")).to_be_visible()


def test_the_safety_number_with_the_handle_of_this_browser(visitor: Visitor, chris: ChainWriter):
    own = have_a_handle(visitor, "reader", b"r" * 32)
    visitor.goto("/u/chrisonchain")
    digits = visitor.page.locator("#digits")
    expect(digits).to_be_visible()
    assert digits.inner_text().split() == safety_number(own, chris.key.primary).split()
    assert_accessible(visitor.page)


def test_ones_own_page_says_so(visitor: Visitor, chris: ChainWriter):
    have_a_handle(visitor, "chrisonchain", chris.key.seed)
    visitor.goto("/u/chrisonchain")
    expect(visitor.page.get_by_text("This is you.")).to_be_visible()
    expect(visitor.page.get_by_role("link", name="Message")).to_be_hidden()
    expect(visitor.page.locator("#digits")).to_be_hidden()


def test_the_start_page_knows_who_is_here(visitor: Visitor):
    visitor.goto("/")
    expect(visitor.page.get_by_role("link", name="Claim a handle")).to_be_visible()
    have_a_handle(visitor, "reader", b"r" * 32)
    visitor.goto("/")
    expect(visitor.page.get_by_role("link", name="Open the chat of reader")).to_be_visible()
    expect(visitor.page.get_by_role("link", name="Claim a handle")).to_be_hidden()
