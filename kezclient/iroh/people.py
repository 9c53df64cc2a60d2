"""Whose node is at the other end: a node is a person's if it is their primary, or if their sigchain names it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from kezclient import clock

if TYPE_CHECKING:
    from kezproto.chain_state import ChainState
    from kezproto.handles import Handle
    from kezproto.keys import Primary

IROH = "iroh"
# Anybody can make us ask: so seldom, and for so many persons at once.
ASK_EVERY = timedelta(seconds=30)
MOST_ASKED = 20


@dataclass(frozen=True, slots=True)
class KnownChain:
    """A chain as it was last seen."""

    state: ChainState
    checked_at: datetime


@dataclass(slots=True)
class People:
    """`persons` gives everybody who may fetch something, with the owner; `chain` the chain that is pinned for one of
    them; `refresh` asks for newer ones, in a thread, and raises nothing where nobody answers. A chain older than
    `max_age` is asked for again before it is believed.
    """

    persons: Callable[[], Mapping[Primary, Handle]]
    chain: Callable[[Primary], KnownChain | None]
    refresh: Callable[[list[Handle]], None]
    max_age: timedelta
    _asked_at: dict[Primary, datetime] = field(default_factory=dict)

    async def who(self, node: Primary) -> frozenset[Primary]:
        """The persons whose node this is: none for a stranger; more than one only if somebody's chain names a node
        that is not theirs."""
        persons = self.persons()
        if node in persons:
            return frozenset({node})
        found = self._named(node, persons)
        now = clock.now()
        old = [each for each in found if self._is_old(each, now)]
        if not found or old:
            await self._ask({each: persons[each] for each in old or persons}, now)
            found = self._named(node, persons)
        return frozenset(found)

    def _named(self, node: Primary, persons: Iterable[Primary]) -> list[Primary]:
        return [each for each in persons if (known := self.chain(each)) and names_node(known.state, node)]

    def _is_old(self, person: Primary, now: datetime) -> bool:
        known = self.chain(person)
        return known is not None and now - known.checked_at > self.max_age

    async def _ask(self, persons: Mapping[Primary, Handle], now: datetime) -> None:
        due = [each for each in persons if now - self._asked_at.get(each, now - ASK_EVERY) >= ASK_EVERY]
        due = sorted(due, key=lambda each: self._asked_at.get(each, now - ASK_EVERY))[:MOST_ASKED]
        if due:
            self._asked_at.update(dict.fromkeys(due, now))
            await asyncio.to_thread(self.refresh, [persons[each] for each in due])


def names_node(state: ChainState, node: Primary) -> bool:
    """Whether the chain says that this node is its owner's."""
    return any(each.protocol == IROH and each.node_id == node.hex for each in state.endpoints)
