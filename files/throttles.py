"""The rates of the room of files, by client address."""

from httpapi.throttles import AddressThrottle


class AnnounceThrottle(AddressThrottle):
    """Announcements; each makes a row."""

    scope = "announce"
    rate_setting = "KEZ_THROTTLE_FILES"


class SharedFilesThrottle(AddressThrottle):
    """Lists of shared files that are handed in; each makes us read a sigchain."""

    scope = "shared_files"
    rate_setting = "KEZ_THROTTLE_SHARED_FILES"


class FileThrottle(AddressThrottle):
    """States and downloads together; they change nothing, so they go on without the cache."""

    scope = "files"
    rate_setting = "KEZ_THROTTLE_FILES"
    fail_open = True
