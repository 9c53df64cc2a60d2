from uuid import uuid4

from httpapi.counting import BatchCounter
from httpapi.throttles import Counted, Rate, count

NOW = 1_800_000_030.0


def test_many_at_once_are_counted_as_one_by_one(settings):
    settings.KEZ_THROTTLE_LOOKUP = "3/min"
    rate = Rate.parse("3/min")
    one_by_one, together = f"test-{uuid4()}", f"test-{uuid4()}"
    counter = BatchCounter(together, "KEZ_THROTTLE_LOOKUP")
    for now, buckets in ((NOW, "abaa"), (NOW + 1, "ab"), (NOW + 40, "ccccb"), (NOW + 200, "a")):
        expected = [count(Counted(one_by_one, rate, bucket), now=now) for bucket in buckets]
        assert counter.count(list(buckets), now=now) == expected


def test_both_ways_count_together(settings):
    settings.KEZ_THROTTLE_LOOKUP = "3/min"
    scope = f"test-{uuid4()}"
    counter = BatchCounter(scope, "KEZ_THROTTLE_LOOKUP")
    assert count(Counted(scope, Rate.parse("3/min"), "a"), now=NOW) == 0
    assert [bool(wait) for wait in counter.count(["a", "a", "a"], now=NOW)] == [False, False, True]
    assert count(Counted(scope, Rate.parse("3/min"), "a"), now=NOW) > 0
