# ruff: noqa: N818 - named for what happened, as people say it
"""Every way in which sharing or fetching a file can end badly; the rules are those of `errors.py`."""

from kezclient.errors import ClientError
from kezclient.exit_codes import ExitCode


class FileUnreadable(ClientError):
    """{path} cannot be read: {reason}"""

    code = "file_unreadable"
    exit_code = ExitCode.USAGE


class FolderGiven(ClientError):
    """{path} is a folder. Folders travel by Iroh only, which this build cannot do yet; pack it into one file and share
    that."""

    code = "is_a_folder"
    exit_code = ExitCode.USAGE


class PathImpossible(ClientError):
    """{name} cannot go {via}: {reason}"""

    code = "path_impossible"
    exit_code = ExitCode.USAGE


class IrohUnavailable(ClientError):
    """{name} can only travel by Iroh, from machine to machine, and this build has no Iroh support. Files up to 10 MiB
    go by way of the server."""

    code = "iroh_unavailable"
    exit_code = ExitCode.USAGE


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
