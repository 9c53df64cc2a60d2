"""JavaScript's half of the protocol in Node: every vector file, and that the runner would notice a wrong one."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.protocol_vectors import check_report, load_all

FOLDER = Path(__file__).resolve().parent / "js"


def node(*arguments: str, given: str = "") -> str:
    """What Node prints; the test fails where it does."""
    program = shutil.which("node")
    assert program, "there is no Node; `make test` puts it on the path"
    result = subprocess.run(
        [program, *arguments], input=given, capture_output=True, text=True, timeout=110, check=False
    )
    assert (result.returncode, result.stderr) == (0, ""), result.stdout[-5000:]
    return result.stdout


def run(files: dict[str, Any], *options: str) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(node(str(FOLDER / "vectors.js"), *options, given=json.dumps(files)))
    return report


@pytest.mark.parametrize("options", [(), ("--without-native",)], ids=["native", "plain JavaScript"])
def test_every_vector_passes(options):
    files = load_all()
    check_report(run(files, *options), files)


def test_the_runner_notices_what_is_wrong_or_left_out():
    files = load_all()
    files["registrations.json"]["valid"][0]["hash"] = "sha256:" + "0" * 64
    files["sessions.json"]["refused"][0]["error"] = "malformed"
    files["envelopes.json"]["refused"][3]["note"] = "new"
    files["handles.json"]["nicknames"] = [{"text": "al"}]
    files["messages.json"]["refused"].append({**files["messages.json"]["valid"][0], "error": "malformed"})
    files["padding.json"]["sizes"][2]["frame_bytes"] += 1
    files["file_chunks.json"]["sealed"][1]["note"] = "new"
    files["file_chunks.json"]["files"][0]["digest"] = "blake3:" + "0" * 64
    files["blobs.json"]["refused"].append({**files["blobs.json"]["manifests"][0], "error": "malformed"})
    files["shared_entries.json"]["refused"][0]["error"] = "malformed"
    del files["nkeys.json"]["seeds"]
    del files["timestamps.json"]
    files["stickers.json"] = {"about": "new"}
    report = run(files)
    found = {(failure["file"], failure["case"].partition(" ")[0]) for failure in report["failures"]}
    assert found == {
        ("registrations.json", "valid[0]"),
        ("sessions.json", "refused[0]"),
        ("envelopes.json", "refused[3]"),
        ("handles.json", "nicknames"),
        ("messages.json", f"refused[{len(files['messages.json']['refused']) - 1}]"),
        ("padding.json", "sizes[2]"),
        ("file_chunks.json", "sealed[1]"),
        ("file_chunks.json", "files[0]"),
        ("blobs.json", f"refused[{len(files['blobs.json']['refused']) - 1}]"),
        ("shared_entries.json", "refused[0]"),
        ("nkeys.json", "seeds"),
        ("timestamps.json", ""),
        ("stickers.json", ""),
    }


def test_what_vectors_cannot_say():
    names = ("proto_text.test.js", "proto_sealed.test.js", "proto_files.test.js")
    node("--test", *(str(FOLDER / name) for name in names))
