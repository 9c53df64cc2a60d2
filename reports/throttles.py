"""The rate of reports by client address; that by reporter is counted where a report is stored (filing.py)."""

from httpapi.throttles import AddressThrottle


class ReportThrottle(AddressThrottle):
    """At the rate of look-ups: what is refused costs no more than those."""

    scope = "report-address"
    rate_setting = "KEZ_THROTTLE_LOOKUP"
