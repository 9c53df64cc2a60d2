"""Where the Chromium of the tests comes from, and what is said where there is none."""

import os
import subprocess
import sys
from pathlib import Path

from devstack import chromium
from devstack.environment import ROOT


def test_one_that_is_named_is_taken_and_must_start(monkeypatch, tmp_path: Path):
    found = chromium.find()
    assert found
    monkeypatch.setenv("KEZ_CHROMIUM", found)
    assert chromium.find() == found
    monkeypatch.setenv("KEZ_CHROMIUM", str(tmp_path / "none"))
    assert chromium.find() is None


def test_a_program_that_only_has_the_name_is_passed_over(monkeypatch, tmp_path: Path):
    for name in chromium.NAMES:
        (tmp_path / name).write_text("#!/bin/sh\necho 'install me first' >&2; exit 1\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("KEZ_CHROMIUM", raising=False)
    monkeypatch.setattr(chromium, "_of_playwright", lambda: None)
    assert chromium.find() is None


def test_a_wrong_name_is_one_sentence_and_fails():
    done = subprocess.run(
        [sys.executable, "-m", "devstack.chromium"],
        cwd=ROOT,
        env={**os.environ, "KEZ_CHROMIUM": "/nowhere/chromium"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert done.stderr == "KEZ_CHROMIUM=/nowhere/chromium does not start: correct it, or unset it.\n"
