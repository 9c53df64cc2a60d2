"""Numbers and links of messages: ours to each recipient, and those of every device that writes to us."""

from __future__ import annotations

import json

from kezclient.store.database import Database
from kezproto.chain_state import Head
from kezproto.keys import Primary
from kezproto.links import Link, LinkKind, check_link
from kezproto.messages import Message

MOST_RANGES = 500


class LinkState:
    """All methods expect to run inside one of the database's write transactions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def last_sent(self, recipient: Primary) -> Head | None:
        """The number and hash of the last message that this device made for `recipient`."""
        row = self._database.row("SELECT seq, hash FROM out_link WHERE recipient_hex = ?", (recipient.hex,))
        return Head(row["seq"], row["hash"]) if row is not None else None

    def note_sent(self, recipient: Primary, made: Head) -> None:
        self._database.run(
            "INSERT INTO out_link (recipient_hex, seq, hash) VALUES (?, ?, ?)"
            " ON CONFLICT (recipient_hex) DO UPDATE SET seq = excluded.seq, hash = excluded.hash",
            (recipient.hex, made.seq, made.hash),
        )

    def hash_of_seen(self, sender: Primary, message_id: str) -> str | None:
        """The hash of the message known by this id, None if there is none."""
        row = self._database.row(
            "SELECT hash FROM seen WHERE sender_hex = ? AND message_id = ?", (sender.hex, message_id)
        )
        return str(row["hash"]) if row is not None else None

    def note_seen(
        self, *, sender: Primary, message_id: str, device: str, recipient: Primary, head: Head
    ) -> None:
        """Remember a message for good; `head` is its number and hash."""
        self._database.run(
            "INSERT INTO seen (sender_hex, message_id, device, recipient_hex, seq, hash)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (sender.hex, message_id, device, recipient.hex, head.seq, head.hash),
        )

    def follow(self, message: Message) -> tuple[Link, bool]:
        """How a message follows what its device wrote to us before; the sequence moves on.

        The second value is true for the first message ever seen of that sequence. Call it before `note_seen`.
        """
        row = self._database.row(
            "SELECT * FROM in_link WHERE sender_hex = ? AND device = ?", (message.sender.hex, message.device)
        )
        last = Head(row["seq"], row["hash"]) if row is not None else None
        missing = [tuple(pair) for pair in json.loads(row["missing"])] if row is not None else []
        link = check_link(last, message, known_hash=self._hash_at(message))
        if link.kind is LinkKind.LATE:
            missing = _without(missing, message.seq)
        if link.kind is LinkKind.GAP and last is not None:
            missing.append((link.missing.start, link.missing.stop - 1))
        head = last
        if link.kind in (LinkKind.IN_ORDER, LinkKind.GAP):
            head = Head(message.seq, message.hash)
        if head is not None:
            self._database.run(
                "INSERT OR REPLACE INTO in_link (sender_hex, device, seq, hash, missing)"
                " VALUES (?, ?, ?, ?, ?)",
                (
                    message.sender.hex,
                    message.device,
                    head.seq,
                    head.hash,
                    json.dumps(missing[-MOST_RANGES:]),
                ),
            )
        return link, last is None

    def _hash_at(self, message: Message) -> str | None:
        row = self._database.row(
            "SELECT hash FROM seen WHERE sender_hex = ? AND device = ? AND recipient_hex = ? AND seq = ?",
            (message.sender.hex, message.device, message.to.hex, message.seq),
        )
        return str(row["hash"]) if row is not None else None


def _without(ranges: list[tuple[int, int]], number: int) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for first, last in ranges:
        if not first <= number <= last:
            kept.append((first, last))
            continue
        if first < number:
            kept.append((first, number - 1))
        if number < last:
            kept.append((number + 1, last))
    return kept
