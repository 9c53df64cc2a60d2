"""What the docs name exists: tests behind promises, files behind links, targets behind `make`."""

import re
from pathlib import Path

import pytest

from devstack.environment import ROOT

PAGES = sorted(
    path for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")] if "node_modules" not in path.parts
)


def test_every_test_that_a_promise_names_exists():
    named = re.findall(
        r"`([a-z]+/tests/test_\w+\.py|tests/(?:chaos/|browser/)?test_\w+\.py)(?:::(test_\w+))?`", _threats()
    )
    assert len(named) > 30
    missing = [
        f"{file}::{function}"
        for file, function in named
        if not (ROOT / file).exists() or (function and f"def {function}(" not in (ROOT / file).read_text())
    ]
    assert missing == []


def test_every_lesson_has_its_tests():
    section = _threats().partition("## What others' users taught us")[2]
    numbered = re.findall(r"^\| (\d+) \|.*\| (`.*`) \|$", section, re.MULTILINE)
    assert [int(number) for number, _ in numbered] == list(range(1, 29))


def _threats() -> str:
    return (ROOT / "docs/threats.md").read_text()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_to_a_file_leads_somewhere(page: Path):
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text())
    local = [target for target in targets if "://" not in target]
    assert [target for target in local if not (page.parent / target).exists()] == []


def test_every_make_target_in_the_docs_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        name
        for page in PAGES
        for name in re.findall(r"(?:`|^    )make ([a-z-]+)", page.read_text(), re.MULTILINE)
    }
    assert named - targets == set()


def test_make_help_lists_every_target():
    makefile = (ROOT / "Makefile").read_text()
    phony = set(re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].split())  # type: ignore[index]
    told = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))
    assert phony == told
