"""What can go wrong with a backup; each message is the one sentence that is shown."""


class BackupFailed(Exception):  # noqa: N818 - reads as what it says
    """The backup was not made. No file of its name was left behind."""


class ArchiveRefused(Exception):  # noqa: N818
    """The archive is none of ours, of a newer kez-chat, sealed for somebody else, or not whole. Nothing was changed."""


class TargetRefused(Exception):  # noqa: N818
    """This server is not one to restore into. Nothing was changed."""


class RestoreFailed(Exception):  # noqa: N818
    """The restore ended half way. Doing it again is safe."""
