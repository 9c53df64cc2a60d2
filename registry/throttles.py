"""The registry's rates, by client address and network."""

from httpapi.addresses import Address, network_bucket
from httpapi.throttles import AddressThrottle, Counted, rate_of


class RegisterThrottle(AddressThrottle):
    """Every try to register counts, also a refused one: for its address, and for its network (a /24, or a /48 for
    IPv6), so that many addresses of one do not help.
    """

    scope = "register"
    rate_setting = "KEZ_THROTTLE_REGISTER"

    def counted(self, address: Address | None) -> list[Counted]:
        network = Counted(
            "register-network", rate_of("KEZ_THROTTLE_REGISTER_NETWORK"), network_bucket(address)
        )
        return [*super().counted(address), network]


class LookupThrottle(AddressThrottle):
    """Look-ups and WebFinger together; they change nothing, so they go on without the cache."""

    scope = "lookup"
    rate_setting = "KEZ_THROTTLE_LOOKUP"
    fail_open = True


class ChallengeThrottle(AddressThrottle):
    """Challenges, at the rate of look-ups; each takes room in the cache for a minute."""

    scope = "challenge"
    rate_setting = "KEZ_THROTTLE_LOOKUP"
