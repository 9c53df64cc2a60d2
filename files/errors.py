"""Why the room of files refuses, with the status that the HTTP edge gives each refusal."""

from typing import Any

from httpapi.problem import Problem


class TokenMissing(Problem):
    """Send the file's access token: Authorization: Bearer and 64 hex digits."""

    status, code, title = 401, "token_missing", "Access token missing"

    def __init__(self, detail: str = "", **members: Any) -> None:
        super().__init__(detail, headers={"WWW-Authenticate": 'Bearer realm="kez"'}, **members)


class TokenWrong(Problem):
    """This is not the token of this file."""

    status, code, title = 403, "token_wrong", "Wrong access token"


class FileUnknown(Problem):
    """No file of this id has been announced here; its sender may not have come to it yet."""

    status, code, title = 404, "file_unknown", "Unknown file"


class FilePending(Problem):
    """The file is not complete yet; wait for it at the address without /content."""

    status, code, title = 409, "file_pending", "Not complete yet"


class FileFailed(Problem):
    """The upload failed; its sender has to send the file again."""

    status, code, title = 409, "file_failed", "Upload failed"


class FileExpired(Problem):
    """This server keeps files for a limited time, and that of this one is over; ask its sender to send it again."""

    status, code, title = 410, "file_expired", "Expired"


class FileRemoved(Problem):
    """The server's operators have removed this file."""

    status, code, title = 410, "file_removed", "Removed"


class RangeNotSatisfiable(Problem):
    """The file has no bytes in the range that was asked for; its length stands in the Content-Range header."""

    status, code, title = 416, "range_not_satisfiable", "No such range"


class FileIdTaken(Problem):
    """Another file has this id; announce yours under a new random one."""

    status, code, title = 409, "file_id_taken", "File id taken"


class FileGone(Problem):
    """The server's operators have removed the file of this id; it cannot be announced again."""

    status, code, title = 410, "file_gone", "Removed for good"


class QuotaInFlight(Problem):
    """Too many bytes of yours are being uploaded at once; wait until some of these files are complete."""

    status, code, title = 403, "quota_in_flight", "Too much under way"


class QuotaStored(Problem):
    """This server already stores as many bytes for you as it will; older files make room when they expire."""

    status, code, title = 403, "quota_stored", "Quota of stored files used up"


class QuotaDaily(Problem):
    """You have announced as many files within 24 hours as this server takes; try again later."""

    status, code, title = 403, "quota_daily", "Too many files today"


class NoSharedFiles(Problem):
    """This key has no list of shared files here."""

    status, code, title = 404, "no_shared_files", "No shared files"


class NotCommitted(Problem):
    """Your sigchain does not commit to this list; append set_shared_files with its digest and size first."""

    status, code, title = 409, "not_committed", "Not what the sigchain says"


class OlderVersion(Problem):
    """A list with this version number, or a higher one, is here already; make the next one from that."""

    status, code, title = 409, "older_version", "A newer list is here"
