"""docs/sigchain.md names every refusal, setting, address and metric of this room."""

import pytest

from devstack.environment import ROOT
from sigchain import urls
from sigchain.metrics import APPENDS
from sigchain.views import ChainView, EventsView

PAGE = (ROOT / "docs" / "sigchain.md").read_text()
SETTINGS = (ROOT / "kezsite" / "sigchain_settings.py").read_text()
CODES = {kind.code for view in (ChainView, EventsView) for kinds in view.problems.values() for kind in kinds}


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_refusal_is_explained(code: str) -> None:
    assert f"`{code}`" in PAGE


def test_every_address_is_named() -> None:
    for pattern in urls.urlpatterns:
        assert f"/{pattern.pattern}".replace("<str:primary>", "<64 hex>") in PAGE


def test_every_setting_of_the_service_is_explained() -> None:
    own = {line.split()[0] for line in SETTINGS.splitlines() if line.startswith("KEZ_SIGCHAIN_")}
    throttles = {view.throttle_classes[0].rate_setting for view in (ChainView, EventsView)}
    for name in own | throttles:
        assert f"| `{name}` |" in PAGE


def test_the_metric_is_named() -> None:
    assert f"`{APPENDS._name}_total`" in PAGE
