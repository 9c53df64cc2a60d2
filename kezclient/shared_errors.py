# ruff: noqa: N818 - named for what happened, as people say it
"""Every way in which publishing, and looking at what others publish, can end badly. The rules are in `errors.py`."""

from kezclient.errors import ClientError
from kezclient.exit_codes import ExitCode


class ListMissing(ClientError):
    """The sigchain of {whose} names a list of shared files that the server does not have. It may be on its way: try
    again in a moment."""

    code = "list_missing"
    exit_code = ExitCode.NOT_FOUND


class ListReplaced(ClientError):
    """The server gives an old list of shared files of {whose}: their sigchain has replaced it since. Nothing of it is
    shown. A new one may be on its way: try again in a moment."""

    code = "list_replaced"
    exit_code = ExitCode.BAD_ANSWER


class ListNotCommitted(ClientError):
    """The server gives a list of shared files that the sigchain of {whose} does not name. Nothing of it is shown: it is
    not theirs, or somebody withholds a part of their sigchain."""

    code = "list_not_committed"
    exit_code = ExitCode.BAD_ANSWER


class ListForged(ClientError):
    """The server gives something that is no list of shared files of {whose}: {reason}"""

    code = "list_forged"
    exit_code = ExitCode.BAD_ANSWER


class ListOlder(ClientError):
    """The list of shared files of {whose} has the number {version_no}, and one with the number {known} was seen before.
    Nothing of it is shown: ask {whose} about it by other means."""

    code = "list_older"
    exit_code = ExitCode.BAD_ANSWER


class EntryUnknown(ClientError):
    """{whose} shares nothing with you that is called {entry} or whose id begins so. `kez-chat browse {whose}` lists
    what there is."""

    code = "entry_unknown"
    exit_code = ExitCode.NOT_FOUND


class NotPublished(ClientError):
    """Nothing on your list is called {entry}, or has an id that begins so. `kez-chat browse` lists what there is."""

    code = "not_published"
    exit_code = ExitCode.NOT_FOUND


class NotItsReader(ClientError):
    """{name} is not on your list for {handle}. `kez-chat browse` tells who it is for."""

    code = "not_its_reader"
    exit_code = ExitCode.NOT_FOUND


class ListFull(ClientError):
    """Your list would have {needed} entries, and a list holds {limit}: one for each file and reader, and one or more
    for yourself. Take something off with `kez-chat unpublish` first."""

    code = "list_full"
    exit_code = ExitCode.TOO_LARGE


class EntryTooLarge(ClientError):
    """What is to be said of {name} does not fit into an entry of a list. Give it a shorter name or note."""

    code = "entry_too_large"
    exit_code = ExitCode.TOO_LARGE


class EmptyFile(ClientError):
    """{name} is empty, and there is nothing to publish."""

    code = "empty_file"
    exit_code = ExitCode.USAGE


class OwnListMissing(ClientError):
    """Your sigchain names a list of shared files that the server does not have, and it was not made on this machine.
    Run `kez-chat browse` on the one that published last; or, if that is lost, go on from what there is with
    `kez-chat publish --rebuild`."""

    code = "own_list_missing"
    exit_code = ExitCode.NOT_FOUND


class ListWaits(ClientError):
    """{reason} Your list is not changed for others yet; it is kept here, and the next `publish`, `unpublish` or
    `browse` goes on with it."""

    code = "list_waits"
    exit_code = ExitCode.UNREACHABLE


class ListBusy(ClientError):
    """Another device of yours changes your list at this moment. Run the command again."""

    code = "list_busy"
    exit_code = ExitCode.REFUSED


class PublicationFailed(ClientError):
    """{name} did not get to the server: {cause} `kez-chat shares --retry {id}` tries again, and `kez-chat browse` then
    puts it on your list."""

    code = "publication_failed"
    exit_code = ExitCode.FILE_FAILED


class OwnListUnreadable(ClientError):
    """Something on your list cannot be read: {reason} Perhaps a newer kez-chat has put it there. `kez-chat publish
    --rebuild` makes the next list without it."""

    code = "own_list_unreadable"
    exit_code = ExitCode.BAD_ANSWER


class PublicationWaits(ClientError):
    """{name} is not on your list yet: {reason} It goes there with the next `publish` or `browse`."""

    code = "publication_waits"
    exit_code = ExitCode.FILE_PENDING
