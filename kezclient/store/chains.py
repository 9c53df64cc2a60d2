"""Pins of sigchains, the events behind them, and evidence against whoever contradicts them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kezclient.store.database import Database
from kezclient.store.keys import stored_key
from kezproto.chain_state import ChainState, Head
from kezproto.keys import Primary
from kezproto.timestamps import format_timestamp, parse_timestamp


@dataclass(frozen=True, slots=True)
class ChainPin:
    """The head last seen (None: the chain was empty) and when."""

    head: Head | None
    checked_at: datetime


@dataclass(frozen=True, slots=True)
class Evidence:
    """A contradiction, kept with both sides. `known` and `served` are JSON values."""

    primary: Primary
    kind: str
    reason: str
    known: Any
    served: Any


class ChainPins:
    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, primary: Primary) -> ChainPin | None:
        row = self._database.row("SELECT * FROM chain_pin WHERE primary_hex = ?", (primary.hex,))
        if row is None:
            return None
        head = Head(row["seq"], row["head"]) if row["seq"] else None
        return ChainPin(head, parse_timestamp(row["checked_at"]))

    def event_hash(self, primary: Primary, seq: int) -> str | None:
        row = self._database.row(
            "SELECT hash FROM chain_event WHERE primary_hex = ? AND seq = ?", (primary.hex, seq)
        )
        return str(row["hash"]) if row is not None else None

    def documents(self, primary: Primary) -> list[Any]:
        """The events seen so far, as signed objects in order."""
        rows = self._database.rows(
            "SELECT document FROM chain_event WHERE primary_hex = ? ORDER BY seq", (primary.hex,)
        )
        return [json.loads(row["document"]) for row in rows]

    def move(self, state: ChainState, now: datetime) -> None:
        """Pin the head of a chain that was checked against the pin before."""
        head = state.head
        with self._database.write():
            self._database.run(
                "INSERT INTO chain_pin (primary_hex, seq, head, checked_at) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (primary_hex) DO UPDATE SET seq = excluded.seq, head = excluded.head,"
                " checked_at = excluded.checked_at WHERE excluded.seq >= chain_pin.seq",
                (
                    state.primary.hex,
                    head.seq if head else 0,
                    head.hash if head else None,
                    format_timestamp(now),
                ),
            )
            for event in state.events:
                self._database.run(
                    "INSERT INTO chain_event (primary_hex, seq, hash, document) VALUES (?, ?, ?, ?)"
                    " ON CONFLICT DO NOTHING",
                    (state.primary.hex, event.seq, event.hash, json.dumps(event.document)),
                )

    def keep_evidence(self, evidence: Evidence, now: datetime) -> bool:
        """Keep a contradiction; False if the very same one is kept already."""
        known, served = (
            json.dumps(evidence.known, sort_keys=True),
            json.dumps(evidence.served, sort_keys=True),
        )
        digest = hashlib.sha256(
            f"{evidence.primary}\n{evidence.kind}\n{known}\n{served}".encode()
        ).hexdigest()
        with self._database.write():
            added = self._database.insert(
                "INSERT INTO evidence (primary_hex, kind, reason, found_at, digest, known, served)"
                " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (
                    evidence.primary.hex,
                    evidence.kind,
                    evidence.reason,
                    format_timestamp(now),
                    digest,
                    known,
                    served,
                ),
            )
        return added > 0

    def evidence(self) -> list[Evidence]:
        rows = self._database.rows("SELECT * FROM evidence ORDER BY id")
        return [
            Evidence(
                primary=stored_key(row["primary_hex"]),
                kind=row["kind"],
                reason=row["reason"],
                known=json.loads(row["known"]),
                served=json.loads(row["served"]),
            )
            for row in rows
        ]
