"""The protocol's vector files, as they are handed to the runner in static/js/tests/vectors."""

import json
from pathlib import Path
from typing import Any

VECTORS = Path(__file__).resolve().parents[1] / "docs" / "protocol" / "vectors"


def load_all() -> dict[str, Any]:
    """Every file's content by its path below `vectors/`."""
    files = {
        path.relative_to(VECTORS).as_posix(): json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(VECTORS.rglob("*.json"))
    }
    assert len(files) > 15
    return files


def check_report(report: dict[str, Any], files: dict[str, Any]) -> None:
    """Everything passed, and the runner counted what stands in the files: no file, section or case was left out."""
    assert not report["failures"], "\n".join(
        f"{failure['file']}, {failure['case']}: {failure['error']}" for failure in report["failures"]
    )
    assert report["sections"] == {
        name: {section: len(value) if isinstance(value, list) else 1 for section, value in content.items()}
        for name, content in files.items()
    }
