"""The documents say what the code does: generated examples, no drift, no table left behind."""

import re
import subprocess
import sys

from kezproto import (
    blobs,
    bodies,
    chain_operations,
    errors,
    file_chunks,
    payloads,
    shared_entries,
    tickets,
)
from kezproto.tests.vectors import PROTOCOL_DOCS

GUIDE = (PROTOCOL_DOCS / "README.md").read_text(encoding="utf-8")


def test_the_program_would_change_nothing():
    program = PROTOCOL_DOCS / "make_vectors.py"
    result = subprocess.run(
        [sys.executable, str(program), "--check"],
        cwd=PROTOCOL_DOCS.parents[1],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_every_json_block_comes_from_the_vectors():
    blocks = re.findall(r"(.*)\n```json\n(.*)", GUIDE)
    assert len(blocks) >= 6
    for line_before, first_line in blocks:
        assert line_before.startswith("<!-- example: ")
        assert first_line != "```"


def test_the_guide_has_every_table():
    for spec in payloads.SPECS:
        row = next(line for line in GUIDE.splitlines() if line.startswith(f"| `{spec.tag}` |"))
        assert f"`{spec.type}` {spec.version}" in row
        assert re.findall(r"`([a-z_]+)`", row.split("|")[3]) == list(spec.fields)
    for name in (bodies.TEXT, bodies.FILE, bodies.RECEIPT):
        assert f"| `{name}` |" in GUIDE
    for operation in vars(chain_operations).values():
        if isinstance(operation, str) and re.fullmatch(r"(add|remove|revoke|set)_[a-z_]+", operation):
            assert f"`{operation}`" in GUIDE


def test_the_guide_names_every_code():
    abstract = {errors.ProtocolError, errors.CannotOpen, errors.ChainError}
    pending = [errors.ProtocolError]
    while pending:
        error = pending.pop()
        pending += error.__subclasses__()
        if error not in abstract:
            assert f"`{error.code}`" in GUIDE, error.code


def test_the_vector_index_names_every_file():
    index = (PROTOCOL_DOCS / "vectors" / "README.md").read_text(encoding="utf-8")
    for path in (PROTOCOL_DOCS / "vectors").glob("*.json"):
        assert f"`{path.name}`" in index


def test_the_guide_states_the_limits_and_names_of_files():
    numbers = (
        payloads.CHUNK_BYTES,
        payloads.MAX_ATTACHMENT_BYTES,
        payloads.MAX_SHARED_ENTRY_BYTES,
        file_chunks.MAX_CHUNK_FRAME_BYTES,
        blobs.BLOB_CHUNK_BYTES,
        tickets.MAX_TICKET_CHARACTERS,
    )
    files = GUIDE.partition("\n## 11. Files")[2].partition("\n## 12.")[0]
    assert [number for number in numbers if f"{number:,}" not in files] == []
    assert f"1 to {shared_entries.MAX_NOTE_BYTES} bytes" in files
    assert f"up to {tickets.MAX_ADDRESSES} different hints" in files
    for words in (blobs._CONTENT_CONTEXT, file_chunks._TOKEN_INFO.decode(), tickets.TICKET_PREFIX):
        assert f"`{words}`" in files
    of_tickets = files.partition("A **ticket**")[2].partition("\nAnother spelling")[0]
    assert sorted(re.findall(r"^\| `([a-z]+)` \|", of_tickets, re.MULTILINE)) == sorted(tickets._FIELDS)
