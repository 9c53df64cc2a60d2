"""docs/files.md names every state, cause, task, command option and metric that the code has."""

import re

import pytest
from django.conf import settings

from devstack.environment import ROOT
from files import metrics, tasks
from files.management.commands import run_chunk_ingest
from files.models import Attachment

PAGE = (ROOT / "docs" / "files.md").read_text()
API = (ROOT / "docs" / "api.md").read_text()


def table(heading: str) -> list[str]:
    rows = PAGE.partition(f"| {heading} |")[2].partition("\n\n")[0]
    return re.findall(r"^\| `(\w+)` \|", rows, re.MULTILINE)


def test_the_tables_are_those_of_the_code():
    assert table("state") == Attachment.State.values
    assert table("cause of `failed`") == Attachment.Cause.values


def test_the_beat_runs_tasks_that_exist_and_are_told():
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    ours = {name for name in scheduled if name.startswith("files.")}
    assert ours == {task.name for task in (tasks.sweep, tasks.expire, tasks.tidy)}
    for name in ours:
        assert f"`{name.rpartition('.')[2]}`" in PAGE


def test_the_command_is_told():
    assert f"manage.py {run_chunk_ingest.__name__.rpartition('.')[2]}" in PAGE


@pytest.mark.parametrize(
    "name",
    [
        metrics.ANNOUNCED._name,
        metrics.DOWNLOADS._name,
        metrics.CHUNKS._name,
        metrics.WAITING._name,
        metrics.BATCH_SECONDS._name,
        *(family.name for family in metrics.AttachmentCollector().describe()),
    ],
)
def test_every_metric_is_told(name):
    assert name in PAGE + API
