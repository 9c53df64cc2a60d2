"""Why a report is refused."""

import math

from httpapi.problem import Problem


class ReportedUnknown(Problem):
    """No handle of this server belongs to the key that you report."""

    status, code, title = 404, "reported_unknown", "Nobody to report"


class TooManyReports(Problem):
    """You have reported very much in a short time; wait as long as the Retry-After header says."""

    status, code, title = 429, "too_many_reports", "Too many reports"

    def __init__(self, wait: float) -> None:
        seconds = max(1, math.ceil(wait))
        super().__init__(
            f"You have reported very much in a short time; try again in {seconds} s.",
            headers={"Retry-After": str(seconds)},
        )
