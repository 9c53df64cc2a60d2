"""The API's own description: complete, committed, and shown without anybody else's servers."""

import os
import re

import pytest
import yaml

from httpapi.problem import CONTENT_TYPE
from httpapi.tests.processes import ROOT, manage

COMMITTED = ROOT / "docs" / "api" / "openapi.yaml"
REMAKE = "python manage.py spectacular --file docs/api/openapi.yaml"


def test_the_committed_description_is_the_current_one_and_has_no_warnings():
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "kezsite.settings"}
    made = manage(environment, "spectacular", "--validate", "--fail-on-warn")
    assert made.returncode == 0, made.stderr
    assert made.stderr == ""
    assert COMMITTED.read_text() == made.stdout, f"docs/api/openapi.yaml has drifted; run: {REMAKE}"


def test_every_refusal_is_described_as_a_problem():
    described = yaml.safe_load(COMMITTED.read_text())
    refusals = 0
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            for status, response in operation["responses"].items():
                if int(status) < 400 or path == "/v1/readyz":
                    continue
                schema = response["content"][CONTENT_TYPE]["schema"]["allOf"]
                assert schema[0]["$ref"] == "#/components/schemas/Problem", (path, method, status)
                assert schema[1]["properties"]["code"]["enum"], (path, method, status)
                refusals += 1
    assert refusals > 20


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("*/*", "application/vnd.oai.openapi"),
        ("application/vnd.oai.openapi+json", "application/vnd.oai.openapi+json"),
    ],
)
def test_it_is_served_as_yaml_and_json(client, accept, content_type):
    response = client.get("/v1/schema", headers={"Accept": accept})
    assert response.status_code == 200
    assert response["Content-Type"].partition(";")[0] == content_type
    assert "/v1/healthz" in yaml.safe_load(response.content)["paths"]


def test_a_format_that_there_is_not_is_a_problem(client):
    response = client.get("/v1/schema", headers={"Accept": "image/png"})
    assert response.status_code == 406
    assert response["Content-Type"] == CONTENT_TYPE
    assert response.json()["code"] == "not_acceptable"


@pytest.mark.django_db
def test_the_page_to_browse_needs_nobody_else_and_no_inline_code(client):
    response = client.get("/v1/docs", headers={"Accept": "text/html"})
    assert response.status_code == 200
    page = response.content.decode()
    addresses = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert len(addresses) >= 6
    for address in addresses:
        assert address.startswith(("/static/", "/v1/", "schema")), address
        if address.startswith("/static/"):
            asset = client.get(address)
            assert asset.status_code == 200, address
            asset.close()  # WhiteNoise streams its files
    assert re.findall(r"<script(?![^>]*src=)", page) == []
    assert "<style" not in page
    assert "style=" not in page


def test_the_pages_script_loads_the_description_from_here(client):
    response = client.get("/v1/docs?script=")
    assert response["Content-Type"].startswith("application/javascript")
    script = response.content.decode()
    assert "/v1/schema" in script
    assert "://" not in script.replace("http://www.w3.org", "")
