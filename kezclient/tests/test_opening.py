"""Chunks on their way into a file: opened one by one, gone on with after an interruption, checked as a whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from kezclient.fetching.opening import ChunkOpening
from kezclient.fetching.part_file import PartFile
from kezclient.file_errors import FileChanged
from kezclient.tests.promised_file import DATA, FILE_ID, promised, sealed
from kezproto.digests import digest_of
from kezproto.file_chunks import MAX_SEALED_CHUNK_BYTES


@pytest.fixture
def destination(tmp_path: Path) -> Path:
    return tmp_path / "x"


@pytest.mark.parametrize("step", [1000, MAX_SEALED_CHUNK_BYTES, 10**6])
def test_however_the_bytes_are_cut_the_file_is_right(destination: Path, step: int):
    with PartFile(destination, FILE_ID, force=False) as part:
        opening = ChunkOpening(promised(), part)
        for at in range(0, len(sealed()), step):
            assert not opening.is_right()
            opening.take(sealed()[at : at + step])
        assert opening.is_right()
        part.finish()
    assert destination.read_bytes() == DATA


@pytest.mark.parametrize("had", [0, 1, 81919, 81920, 200000, len(DATA)])
def test_it_goes_on_after_the_last_whole_chunk(destination: Path, had: int):
    with PartFile(destination, FILE_ID, force=False) as part:
        part.write(DATA[:had])
    with PartFile(destination, FILE_ID, force=False) as part:
        opening = ChunkOpening(promised(), part)
        opening.go_on()
        whole = 4 if had == len(DATA) else had // 81920
        assert opening.position == min(whole * MAX_SEALED_CHUNK_BYTES, len(sealed()))
        opening.take(sealed()[opening.position :])
        assert opening.is_right()
        part.finish()
    assert destination.read_bytes() == DATA


def test_a_part_that_was_changed_meanwhile_shows(destination: Path):
    with PartFile(destination, FILE_ID, force=False) as part:
        part.write(b"?" + DATA[1:100000])
    with PartFile(destination, FILE_ID, force=False) as part:
        opening = ChunkOpening(promised(), part)
        opening.go_on()
        opening.take(sealed()[opening.position :])
        assert not opening.is_right()
        opening.start_over()
        opening.take(sealed())
        assert opening.is_right()


@pytest.mark.parametrize("at", [0, MAX_SEALED_CHUNK_BYTES, len(sealed()) - 1])
def test_one_flipped_bit_is_noticed_at_its_chunk_and_nothing_stays(destination: Path, at: int):
    data = bytearray(sealed())
    data[at] ^= 1
    with PartFile(destination, FILE_ID, force=False) as part:
        with pytest.raises(FileChanged, match=f"part {at // MAX_SEALED_CHUNK_BYTES + 1} was changed"):
            ChunkOpening(promised(), part).take(bytes(data))
    assert list(destination.parent.iterdir()) == []


@pytest.mark.parametrize("wrong", ["digest", "plain_digest"])
def test_both_digests_count(destination: Path, wrong: str):
    with PartFile(destination, FILE_ID, force=False) as part:
        opening = ChunkOpening(promised(**{wrong: digest_of(b"other")}), part)
        opening.take(sealed())
        assert opening.position == opening.total
        assert not opening.is_right()


def test_half_a_chunk_is_forgotten_when_the_line_breaks(destination: Path):
    with PartFile(destination, FILE_ID, force=False) as part:
        opening = ChunkOpening(promised(), part)
        opening.take(sealed()[:100000])
        opening.drop_half()
        opening.take(sealed()[opening.position :])
        assert opening.is_right()
