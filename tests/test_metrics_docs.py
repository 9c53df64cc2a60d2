"""docs/metrics.md, the alert rules and the board name exactly the metrics that there are, in words that Prometheus
understands.
"""

import json
import re
from typing import Any

import promql_parser
import pytest
import yaml
from prometheus_client import REGISTRY

import chatbridge.metrics
import files.metrics
import httpapi.metrics
import registry.metrics
import sigchain.metrics
from devstack.environment import ROOT

# Imported so that they have registered what they count.
ROOMS = (chatbridge.metrics, files.metrics, httpapi.metrics, registry.metrics, sigchain.metrics)
PAGE = (ROOT / "docs/metrics.md").read_text()
RULES = yaml.safe_load((ROOT / "deploy/prometheus/rules.yml").read_text())
BOARD = json.loads((ROOT / "deploy/grafana/kez-chat.json").read_text())
OF_PROMETHEUS = {"up"}
SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",)}


def families() -> dict[str, str]:
    """Type by name, as the page writes them."""
    found = {}
    for collector in list(REGISTRY._collector_to_names):
        # Python's own collectors describe nothing.
        for family in getattr(collector, "describe", tuple)():
            if family.name.startswith("kez_"):
                found[family.name + ("_total" if family.type == "counter" else "")] = family.type
    return found


def series() -> set[str]:
    """Names as queries write them."""
    return {
        name.removesuffix("_total") + suffix for name, kind in families().items() for suffix in SUFFIXES[kind]
    }


def rules() -> list[dict[str, Any]]:
    return [rule for group in RULES["groups"] for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    return [panel for panel in BOARD["panels"] if panel["type"] != "row"]


def queries() -> dict[str, str]:
    """By where they stand; Grafana's variables filled in."""
    found = {f"alert {rule['alert']}": rule["expr"] for rule in rules()}
    for panel in panels():
        for target in panel["targets"]:
            expression = target["expr"].replace("$__rate_interval", "5m")
            found[f"panel {panel['title']} {target['refId']}"] = expression
    return found


def test_the_page_lists_every_metric_and_no_other():
    listed = re.findall(r"^\| `(kez_\w+)` \|", PAGE, re.MULTILINE)
    assert sorted(listed) == sorted(families())


def test_every_query_is_understood_and_asks_for_what_there_is():
    there = series() | OF_PROMETHEUS
    for where, query in queries().items():
        promql_parser.parse(query)
        without_labels = re.sub(r'"[^"]*"', "", query)
        named = set(re.findall(r"\b(?:kez_\w+|up)\b", without_labels))
        assert named, where
        assert named - there == set(), where


def test_a_wrong_query_would_be_noticed():
    with pytest.raises(ValueError, match=r".+"):
        promql_parser.parse("sum by (le (rate(x[5m]))")


def test_every_alert_says_what_it_is_and_leads_to_what_to_do():
    headings = re.findall(r"^### (\w+)$", PAGE, re.MULTILINE)
    assert [rule["alert"] for rule in rules()] == headings
    for rule in rules():
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
        assert rule["labels"] == {"severity": rule["labels"]["severity"]}
        assert rule["labels"]["severity"] in ("page", "warn", "desk")
        assert rule["annotations"]["summary"].endswith(".")
        assert rule["annotations"]["runbook_url"] == f"docs/metrics.md#{rule['alert'].lower()}"
        assert re.fullmatch(r"[0-9]+[smh]", rule.get("for", "1m"))


def test_the_answer_to_each_alert_is_more_than_its_name():
    answers = re.split(r"^### \w+\n", PAGE, flags=re.MULTILINE)[1:]
    assert all(len(answer.strip()) > 60 for answer in answers)


def test_the_board_can_be_imported():
    ids = [panel["id"] for panel in BOARD["panels"]]
    assert len(set(ids)) == len(ids)
    assert BOARD["uid"] == "kez-chat"
    taken: set[tuple[int, int]] = set()
    for panel in panels():
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken
        assert place["x"] + place["w"] <= 24
        taken |= cells
