"""The registry's rates, by client address and network."""

from httpapi.throttles import AddressThrottle, NetworkThrottle


class RegisterThrottle(AddressThrottle):
    """Every try to register counts, also a refused one."""

    scope = "register"
    rate_setting = "KEZ_THROTTLE_REGISTER"


class RegisterNetworkThrottle(NetworkThrottle):
    """The same for a whole network, so that many addresses of one do not help."""

    scope = "register-network"
    rate_setting = "KEZ_THROTTLE_REGISTER_NETWORK"


class LookupThrottle(AddressThrottle):
    """Look-ups and WebFinger together; they change nothing, so they go on without the cache."""

    scope = "lookup"
    rate_setting = "KEZ_THROTTLE_LOOKUP"
    fail_open = True


class ChallengeThrottle(AddressThrottle):
    """Challenges, at the rate of look-ups; each takes room in the cache for a minute."""

    scope = "challenge"
    rate_setting = "KEZ_THROTTLE_LOOKUP"
