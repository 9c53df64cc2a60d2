"""The content security policy where it counts: in a real Chromium."""

import re

import pytest

from devstack.stack import Stack
from tests.browser.desk import make_operator, sit_down
from tests.browser.visitor import Visitor

BLOCKED = "(?i)Content Security Policy|TrustedHTML|TrustedScript|Trusted Type"


def test_an_injected_inline_script_does_not_run(visitor: Visitor):
    visitor.expect(f"{BLOCKED}|none.png")
    visitor.goto("/docs/cli")
    visitor.page.evaluate(
        """() => {
          const script = document.createElement("script");
          script.append("window.injected = true");
          document.body.append(script);
          const image = document.createElement("img");
          image.setAttribute("src", "/static/none.png");
          document.body.append(image);
          try {
            image.setAttribute("onerror", "window.injected = true");
          } catch (refused) {
            window.refused = refused.name;
          }
        }"""
    )
    assert visitor.page.evaluate("window.refused") == "TypeError"
    assert visitor.page.evaluate("window.injected") is None
    assert any(re.search(BLOCKED, each) for each in visitor.trouble)


def test_an_inline_script_in_the_page_itself_does_not_run(visitor: Visitor):
    """As if somebody had found a way to put markup into what the server renders."""
    visitor.expect(BLOCKED)

    def with_markup(route) -> None:
        answer = route.fetch()
        body = answer.text().replace(
            "</main>", "<script>window.injected = 1</script><style>body { color: red }</style></main>"
        )
        route.fulfill(response=answer, body=body)

    visitor.page.route("**/docs/cli", with_markup)
    visitor.goto("/docs/cli")
    assert "window.injected" in visitor.page.content()
    assert visitor.page.evaluate("window.injected") is None
    assert visitor.page.evaluate("getComputedStyle(document.body).color") != "rgb(255, 0, 0)"


@pytest.mark.parametrize(
    "script",
    [
        "document.body.innerHTML = '<b>bold</b>'",
        "document.body.insertAdjacentHTML('beforeend', '<b>bold</b>')",
        "document.createElement('script').src = 'data:,1'",
        "trustedTypes.createPolicy('mine', { createHTML: (text) => text })",
        "setTimeout('window.injected = 1')",
    ],
)
def test_markup_as_text_is_refused(visitor: Visitor, script: str):
    visitor.expect(BLOCKED)
    visitor.goto("/docs/cli")
    refused = visitor.page.evaluate(
        f"() => {{ try {{ {script}; return null }} catch (error) {{ return error.name }} }}"
    )
    assert refused == "TypeError"
    assert visitor.page.evaluate("window.injected") is None


@pytest.mark.parametrize(
    "script",
    [
        "fetch('https://elsewhere.invalid/')",
        "new Promise((_, fail) => { const image = new Image(); image.onerror = () => fail(Error()); "
        "image.src = 'https://elsewhere.invalid/a.png' })",
        "import('data:text/javascript,export default 1')",
        "import('https://elsewhere.invalid/a.js')",
    ],
)
def test_nothing_is_asked_of_other_servers(visitor: Visitor, script: str):
    visitor.expect(f"{BLOCKED}|elsewhere.invalid")
    visitor.goto("/docs/cli")
    assert visitor.page.evaluate(f"({script}).then(() => 'allowed', () => 'refused')") == "refused"
    assert any(re.search(BLOCKED, each) for each in visitor.trouble)


def test_pages_cannot_be_framed(visitor: Visitor):
    visitor.expect("(?i)fram|Content Security Policy")
    visitor.page.set_content(f'<iframe src="{visitor.base_url}/docs/cli"></iframe>')
    frame = visitor.page.frames[-1]
    frame.wait_for_load_state()
    assert "kez-chat" not in frame.content()


def test_the_admin_works_under_its_policy(visitor: Visitor, stack: Stack):
    sit_down(visitor, make_operator(stack, "olga"))
    visitor.page.get_by_role("link", name="Handles").first.click()
    visitor.page.wait_for_url("**/registry/handle/")
    visitor.goto("/admin/registry/reservation/add/")
    assert visitor.page.evaluate("typeof django.jQuery") == "function"


def test_the_api_docs_work_under_their_policy(visitor: Visitor):
    visitor.goto("/v1/docs")
    visitor.page.get_by_text("/v1/register").first.click()
    visitor.page.get_by_text("The handle is yours.").first.wait_for()
