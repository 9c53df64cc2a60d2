"""Two people at /chat, as they see it: by the labels and words that are on the screen."""

import os
import re
from collections.abc import Callable
from uuid import uuid4

from playwright.sync_api import Locator, Route, expect

from kezproto.phrase import seed_to_phrase
from tests.browser.joining import is_in, is_online, unlock
from tests.browser.vaulting import CHEAP, PASSPHRASE
from tests.browser.visitor import PATIENCE_MS, Visitor

expect.set_options(timeout=PATIENCE_MS)

# What a state is called for people who don't see its sign.
STATES = {"queued": "Waiting", "sent": "Sent", "delivered": "Delivered", "read": "Read", "failed": "Not sent"}

# Joining as a person does it has tests of its own; this is the same with the cheapest key derivation.
_CLAIM = """async ([folder, name, seed, passphrase, cost]) => {
  const paths = ["vault/identity.js", "proto/handles.js", "proto/registration.js", "proto/signed.js", "api.js",
    "config.js", "ui/unfinished.js"];
  const kez = Object.assign({}, ...await Promise.all(paths.map((path) => import(`${folder}js/${path}`))));
  const config = kez.readConfig();
  const handle = new kez.Handle(name, config.server);
  const { primary, key } = await kez.createIdentity({ seed: Uint8Array.from(seed), handle, passphrase, cost });
  const payload = kez.registrationPayload({ handle, primary, createdAt: new Date() });
  await new kez.Api({ config }).register(kez.sign("handle_registration", payload, key));
  kez.setUnfinished("publish");
}"""


def settle(person: Visitor, handle: str = "", passphrase: str = PASSPHRASE) -> list[str]:
    """Claims the handle, by default the person's name, and arrives at /chat, online. Returns the 24 words."""
    seed = os.urandom(32)
    person.goto("/docs/cli")
    folder = person.page.evaluate("document.documentElement.dataset.static")
    person.page.evaluate(_CLAIM, [folder, handle or person.name, list(seed), passphrase, CHEAP])
    person.goto("/chat")
    enter(person, passphrase=passphrase)
    return seed_to_phrase(seed).split()


def enter(person: Visitor, path: str = "/chat", passphrase: str = PASSPHRASE) -> None:
    """Unlocks, after any page of the app was loaded."""
    unlock(person, passphrase, path=path)
    is_online(person)


def two_people(visitor_of: Callable[..., Visitor]) -> tuple[Visitor, Visitor]:
    """Alice and Bob, each with a handle and a browser; both look at /chat."""
    suffix = uuid4().hex[:8]
    people = visitor_of(f"alice-{suffix}"), visitor_of(f"bob-{suffix}")
    for person in people:
        settle(person)
    return people


def look_up(person: Visitor, handle: str) -> Locator:
    """Asks for somebody in the dialog "New conversation", which is returned."""
    person.page.get_by_role("button", name="New conversation").click()
    dialog = person.page.get_by_role("dialog", name="New conversation")
    dialog.get_by_label("Their handle").fill(handle)
    dialog.get_by_role("button", name="Look up").click()
    return dialog


def start_conversation(person: Visitor, handle: str) -> None:
    """Meets somebody new and opens the conversation with them."""
    look_up(person, handle)
    is_in(person, f"/chat/{handle}")
    expect(composer(person)).to_be_focused()


def conversation(person: Visitor, handle: str) -> Locator:
    """The line of the list that leads to somebody."""
    return person.page.locator("a.conversation:not([data-message])").filter(
        has=person.page.get_by_text(handle, exact=True)
    )


def open_conversation(person: Visitor, handle: str) -> None:
    conversation(person, handle).first.click()
    is_in(person, f"/chat/{handle}")


def composer(person: Visitor) -> Locator:
    return person.page.get_by_role("textbox", name="Message", exact=True)


def send_text(person: Visitor, text: str) -> None:
    """Writes into the open conversation and presses Enter."""
    composer(person).fill(text)
    composer(person).press("Enter")
    expect(message(person, text)).to_be_visible()


def message(person: Visitor, text: str) -> Locator:
    """The row of the open conversation with exactly this text, the newest where there are several."""
    exactly = re.compile(rf"^\s*{re.escape(text)}\s*$")
    return person.page.locator("li.message").filter(has=person.page.locator(".text", has_text=exactly)).last


def wait_state(person: Visitor, text: str, state: str) -> None:
    """Until an own message has got so far, told by its sign's words."""
    row = message(person, text)
    expect(row.locator(".state")).to_have_attribute("data-state", state)
    expect(row.locator(".state")).to_have_text(STATES[state])


def last_messages(person: Visitor, count: int) -> list[str]:
    """The texts of the open conversation's last rows, oldest first."""
    texts: list[str] = person.page.locator("li.message .text").all_inner_texts()
    return texts[-count:]


def accept_request(person: Visitor, handle: str) -> None:
    """Opens the request of a stranger and accepts it."""
    open_conversation(person, handle)
    person.page.get_by_role("button", name="Accept").click()
    expect(composer(person)).to_be_visible()


def choose(person: Visitor, text: str, action: str) -> None:
    """Picks something in the menu of a message."""
    row = message(person, text)
    row.hover()
    row.get_by_role("button", name="More for this message").click()
    person.page.get_by_role("menuitem", name=action).click()


def befriend(one: Visitor, other: Visitor) -> None:
    """Both have met and have the conversation open; "Hello" and "Welcome" were said."""
    start_conversation(one, other.name)
    send_text(one, "Hello")
    accept_request(other, one.name)
    send_text(other, "Welcome")
    expect(message(one, "Welcome")).to_be_visible()


def lie_about(person: Visitor, handle: str, former: str, other: str) -> None:
    """From now on the network tells this browser another key (both as 64 hex digits) for somebody's handle."""

    def answer(route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, body=response.text().replace(former, other))

    person.page.route(re.compile(rf"/v1/u/{re.escape(handle)}(%40|@|$)"), answer)
