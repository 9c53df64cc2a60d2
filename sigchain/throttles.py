"""How often one address may read and append; the two are counted apart."""

from httpapi.throttles import AddressThrottle


class ReadThrottle(AddressThrottle):
    """Reading is a look-up, and goes on while the cache is out of reach: it changes nothing."""

    scope = "sigchain_read"
    rate_setting = "KEZ_THROTTLE_LOOKUP"
    fail_open = True


class AppendThrottle(AddressThrottle):
    """Appending without a count would let one address fill the disk, so it is refused then."""

    scope = "sigchain_append"
    rate_setting = "KEZ_THROTTLE_SIGCHAIN"
