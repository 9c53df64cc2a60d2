"""Write the project's own vector files, and fill the examples of README.md from them.

    python docs/protocol/make_vectors.py           write
    python docs/protocol/make_vectors.py --check   change nothing, name what differs, exit 1 if anything does

Everything comes from fixed seeds, so two runs write the same bytes. `vectors/published/` is not made here.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from vector_tables import (
    blobs,
    chains,
    ed25519,
    envelopes,
    file_bodies,
    file_chunks,
    key_texts,
    mail,
    operators,
    public_objects,
    shared_entries,
    signals,
    text_forms,
    tickets,
    work,
)

HERE = Path(__file__).resolve().parent
VECTORS = HERE / "vectors"
GUIDE = HERE / "README.md"

_EXAMPLE = re.compile(
    r"^(<!-- example: (\S+?)#(\S+) -->\n```(?:json|text)\n).*?^(```)$", re.DOTALL | re.MULTILINE
)


def make_files() -> dict[str, Any]:
    """All vector files by name."""
    ed25519.check_cast()
    return {
        "blobs.json": blobs.build(),
        "broker_names.json": text_forms.broker_names(),
        "ed25519.json": ed25519.build(),
        "envelopes.json": envelopes.build(),
        "file_announcements.json": public_objects.file_announcements(),
        "file_bodies.json": file_bodies.build(),
        "file_chunks.json": file_chunks.build(),
        "handles.json": text_forms.handle_forms(),
        "json_text.json": text_forms.json_text(),
        "keys.json": key_texts.key_forms(),
        "messages.json": mail.messages(),
        "nkeys.json": key_texts.nkey_forms(),
        "padding.json": mail.padding(),
        "reports.json": operators.reports(),
        "transparency.json": operators.transparency(),
        "registrations.json": public_objects.registrations(),
        "sessions.json": public_objects.sessions(),
        "shared_entries.json": shared_entries.build(),
        "shared_files.json": public_objects.shared_files_lists(),
        "sigchains.json": chains.build(),
        "signals.json": signals.build(),
        "tickets.json": tickets.build(),
        "timestamps.json": text_forms.timestamp_forms(),
        "work.json": work.proofs(),
    }


def fill_examples(guide: str, files: dict[str, Any]) -> str:
    """`guide` with every `<!-- example: file.json#path/to/value -->` block filled from the vectors."""

    def fill(match: re.Match[str]) -> str:
        value = files[match[2]]
        for step in match[3].split("/"):
            value = value[int(step)] if isinstance(value, list) else value[step]
        shown = value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)
        return f"{match[1]}{shown}\n{match[4]}"

    return _EXAMPLE.sub(fill, guide)


def main(arguments: list[str]) -> int:
    """Write or check; the number of the exit status."""
    files = make_files()
    wanted = {VECTORS / name: json.dumps(content, indent=1) + "\n" for name, content in files.items()}
    wanted[GUIDE] = fill_examples(GUIDE.read_text(encoding="utf-8"), files)
    stray = {path for path in VECTORS.glob("*.json") if path not in wanted}
    differing = {
        path for path, text in wanted.items() if not path.exists() or path.read_text("utf-8") != text
    }
    if "--check" in arguments:
        for path in sorted(differing | stray):
            print(f"{path.relative_to(HERE)} is not what make_vectors.py writes")
        return 1 if differing or stray else 0
    for path in sorted(differing):
        path.write_text(wanted[path], encoding="utf-8")
        print(f"wrote {path.relative_to(HERE)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
