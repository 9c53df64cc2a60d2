"""All writes of lists of shared files. A list is taken only if its owner's sigchain commits to it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from files import errors, lookup
from files.models import SharedFilesList
from kezproto.chain_operations import SharedFiles, shared_files_body
from kezproto.chain_state import ChainState
from kezproto.digests import digest_of
from kezproto.shared_files import SharedFilesList as VerifiedList
from registry import lookup as registry
from registry.errors import HandleSuspended, NotRegistered
from registry.models import Handle


@dataclass(frozen=True, slots=True)
class Stored:
    """Not `created`: this very list was here before."""

    row: SharedFilesList
    created: bool


def put_shared_files(
    listed: VerifiedList, *, read_chain: Callable[[Handle], ChainState], now: datetime
) -> Stored:
    """Keep the list in place of the one before. The same again is answered as before, also if the chain is away.

    Raises NotRegistered, HandleSuspended, OlderVersion, NotCommitted, and what `read_chain` raises. Nothing looks at
    the time of the list: what was committed and then lost on its way is handed in days later.
    """
    handle = _check_owner(registry.handle_of_key(listed.primary))
    offered = commitment_of(listed)
    before = _check_newer(listed, offered, lookup.stored_shared_files(listed.primary))
    if before is not None:
        return Stored(before, created=False)
    committed = read_chain(handle).shared_files
    if committed != offered:
        raise errors.NotCommitted(committed=shared_files_body(committed) if committed else None)
    return _store(listed, offered, now=now)


def commitment_of(listed: VerifiedList) -> SharedFiles:
    """What a sigchain must say of this list."""
    return SharedFiles(manifest=digest_of(listed.canonical), size=len(listed.canonical))


@transaction.atomic
def _store(listed: VerifiedList, offered: SharedFiles, *, now: datetime) -> Stored:
    """The chain was asked outside of this transaction: what may have changed meanwhile is looked at again."""
    _check_owner(registry.locked_handle(listed.primary))
    row = lookup.stored_shared_files(listed.primary)
    before = _check_newer(listed, offered, row)
    if before is not None:
        return Stored(before, created=False)
    row = row or SharedFilesList(primary_hex=listed.primary.hex)
    row.version_no, row.manifest, row.entries = listed.version_no, offered.manifest, len(listed.entries)
    row.document, row.stored_at = listed.canonical, now
    row.save()
    return Stored(row, created=True)


def _check_owner(handle: Handle | None) -> Handle:
    if handle is not None and handle.status == Handle.Status.SUSPENDED:
        raise HandleSuspended
    if handle is None or handle.status != Handle.Status.ACTIVE:
        raise NotRegistered("This key has no handle on this server; register one before you share files.")
    return handle


def _check_newer(
    listed: VerifiedList, offered: SharedFiles, row: SharedFilesList | None
) -> SharedFilesList | None:
    """The row if it holds this very list; None if the list may take its place. OlderVersion otherwise."""
    if row is not None and row.manifest == offered.manifest:
        return row
    if row is not None and row.version_no >= listed.version_no:
        raise errors.OlderVersion(version_no=row.version_no)
    return None
