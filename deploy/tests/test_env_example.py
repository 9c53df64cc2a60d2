"""deploy/.env.example has every setting, as docs/settings.md has it."""

import re

from deploy.env_example import EXAMPLE, example
from devstack.environment import ROOT


def test_it_is_what_the_settings_page_says() -> None:
    assert EXAMPLE.read_text() == example(), "run: python -m deploy.env_example"


def test_every_setting_is_in_it_and_no_secret() -> None:
    named = set(re.findall(r"^#?([A-Z_]+)=", example(), re.MULTILINE))
    settings = set(re.findall(r"^\| `([A-Z_]+)`", (ROOT / "docs/settings.md").read_text(), re.MULTILINE))
    assert {name for name in settings if {name, f"{name}_FILE"}.isdisjoint(named)} == set()
    assert {
        line for line in example().splitlines() if re.search(r"(SEED|SECRET|PASSWORD)\w*=.", line)
    } == set()
    # What systemd and compose read the same way: no quotes, no blanks around the sign.
    for line in example().splitlines():
        assert not line or line.startswith("#") or re.fullmatch(r"[A-Z_]+=[^\s'\"]+", line), line
