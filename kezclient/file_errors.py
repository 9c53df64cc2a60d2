# ruff: noqa: N818 - named for what happened, as people say it
"""Every way in which sharing or fetching a file can end badly; the rules are those of `errors.py`."""

from kezclient.errors import ClientError
from kezclient.exit_codes import ExitCode


class FileUnreadable(ClientError):
    """{path} cannot be read: {reason}"""

    code = "file_unreadable"
    exit_code = ExitCode.USAGE


class PathImpossible(ClientError):
    """{name} cannot go {via}: {reason}"""

    code = "path_impossible"
    exit_code = ExitCode.USAGE


class IrohUnavailable(ClientError):
    """This machine cannot take part in Iroh: {reason}. `iroh_bind` in config.toml says which address it listens on."""

    code = "iroh_unavailable"
    exit_code = ExitCode.LOCAL_DATA


class AlreadyServing(ClientError):
    """Another `kez-chat` of the profile "{profile}" serves already; one is enough."""

    code = "already_serving"
    exit_code = ExitCode.LOCAL_DATA


class BadDestination(ClientError):
    """{path} cannot be written: {reason}"""

    code = "bad_destination"
    exit_code = ExitCode.USAGE


class ShareUnknown(ClientError):
    """Nothing that you shared and that is still under way or failed begins with {id}. `kez-chat shares` lists what
    there is."""

    code = "share_unknown"
    exit_code = ExitCode.NOT_FOUND


class NoSuchFile(ClientError):
    """There is no such file: {which}. `kez-chat listen --once` gets what has come, `kez-chat shares` lists it."""

    code = "no_such_file"
    exit_code = ExitCode.NOT_FOUND


class UploadWaits(ClientError):
    """{reason} The file is stored here and goes out later: with the next `share` or `listen`, or by
    `kez-chat shares --resume`."""

    code = "upload_waits"
    exit_code = ExitCode.UNREACHABLE


class UploadFailed(ClientError):
    """{name} did not get to {handle}: {cause} `kez-chat shares --retry {id}` tries again."""

    code = "upload_failed"
    exit_code = ExitCode.FILE_FAILED


class NotReadyYet(ClientError):
    """{name} is sent, but the server has not put it together yet. `kez-chat shares` tells when it is ready; there is
    nothing to do."""

    code = "not_ready_yet"
    exit_code = ExitCode.FILE_PENDING


class FilePending(ClientError):
    """{name} is still on its way to the server: {received} of {chunks} parts are there. Try again later."""

    code = "file_pending"
    exit_code = ExitCode.FILE_PENDING


class FileExpired(ClientError):
    """The server no longer keeps {name}: its time is over. Ask for it once more."""

    code = "file_expired"
    exit_code = ExitCode.FILE_GONE


class FileRemoved(ClientError):
    """{name} was removed from the server. Ask for it by another way."""

    code = "file_removed"
    exit_code = ExitCode.FILE_GONE


class FileUnknown(ClientError):
    """The server does not know {name}: it was never uploaded, or is gone for long. Ask for it once more."""

    code = "file_unknown"
    exit_code = ExitCode.FILE_GONE


class FileFailed(ClientError):
    """{name} did not arrive whole at the server: {cause} The sender sees this too, and can try again."""

    code = "file_failed"
    exit_code = ExitCode.FILE_FAILED


class FileChanged(ClientError):
    """{name} is not what the message promised: {reason} Nothing was written. Ask for it once more."""

    code = "file_changed"
    exit_code = ExitCode.FILE_CHANGED


class TokenWrong(ClientError):
    """The server does not take the token of {name}: the message that points to it is wrong. Ask for the file once
    more."""

    code = "token_wrong"
    exit_code = ExitCode.REFUSED


class UploadDamaged(ClientError):
    """The sealed chunks that were kept on this machine are damaged or gone, and so is the original. Share the file
    again."""

    code = "upload_damaged"
    exit_code = ExitCode.FILE_FAILED


class SenderOffline(ClientError):
    """{name} can't be fetched now: the machine of {handle} is out of reach ({reason}). Without `--no-wait` it downloads
    as soon as {handle} is back online."""

    code = "sender_offline"
    exit_code = ExitCode.SENDER_OFFLINE


class SenderBusy(ClientError):
    """{name} can't be fetched now: the machine of {handle} serves as many as it can. Try again later."""

    code = "sender_busy"
    exit_code = ExitCode.SENDER_OFFLINE


class NotSharedWithYou(ClientError):
    """The machine of {handle} does not give {name} to you: it was shared with somebody else. Ask {handle} to share it
    with you."""

    code = "not_yours"
    exit_code = ExitCode.REFUSED


class NoLongerShared(ClientError):
    """{handle} no longer shares {name}. Ask for it once more."""

    code = "gone"
    exit_code = ExitCode.FILE_GONE


class ChangedAtSender(ClientError):
    """{name} was changed, moved or removed on the machine of {handle} since it was shared. Ask {handle} to share it
    again."""

    code = "changed_at_sender"
    exit_code = ExitCode.FILE_CHANGED


class NothingServed(ClientError):
    """Nothing that this machine serves is named "{which}" or has an id that begins so. `kez-chat shares` lists
    what there is."""

    code = "nothing_served"
    exit_code = ExitCode.NOT_FOUND


class OwnShare(ClientError):
    """{name} is shared from this very machine: it lies at {path}."""

    code = "own_share"
    exit_code = ExitCode.USAGE
