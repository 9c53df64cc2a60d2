"""What axe-core says of a page: WCAG 2.0 to 2.2, levels A and AA."""

from functools import cache
from typing import Any

from playwright.sync_api import Page

from devstack.environment import ROOT

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@cache
def _source() -> str:
    return (ROOT / "node_modules/axe-core/axe.min.js").read_text()


def violations(page: Page, *, within: str = "html") -> list[str]:
    """One line for each element that breaks a rule; `within` limits the look to a part of the page."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_source())
    found: list[dict[str, Any]] = page.evaluate(
        """async ([within, rules]) => {
          // Without `preload` it would put styles into the page to read them, which the policy forbids.
          const options = { runOnly: { type: "tag", values: rules }, resultTypes: ["violations"],
            preload: false };
          return (await window.axe.run(within, options)).violations;
        }""",
        [within, RULES],
    )
    return [
        f"{rule['id']} ({rule['impact']}): {rule['help']}: {' '.join(map(str, node['target']))}: "
        f"{node.get('failureSummary', '')}"
        for rule in found
        for node in rule["nodes"]
    ]


def assert_accessible(page: Page, *, within: str = "html") -> None:
    """Fails with all violations. Animations are ended first: half faded text has no contrast."""
    page.evaluate("document.getAnimations().forEach((each) => each.finish())")
    found = violations(page, within=within)
    assert not found, "\n".join(found)
