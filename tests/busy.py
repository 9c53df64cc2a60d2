"""Promises that name a time are for a machine that is not overloaded; tests may run on one that is."""

import os


def at_most(seconds: float) -> float:
    """The time that the promise allows here and now: longer by as much as more programs want to run than there are
    processors."""
    return seconds * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
