"""A frozen process leaves; a busy one stays."""

import threading

from chatbridge.watchdog import Watchdog


def test_silence_is_noticed() -> None:
    late = threading.Event()
    dog = Watchdog(seconds=0.2, on_late=late.set)
    dog.start()
    assert late.wait(5)


def test_beats_keep_it_quiet_and_stop_ends_it() -> None:
    late = threading.Event()
    dog = Watchdog(seconds=0.4, on_late=late.set)
    dog.start()
    for _ in range(10):
        assert not late.wait(0.1)
        dog.beat()
    dog.stop()
    assert not late.wait(0.8)


def test_a_beat_that_comes_too_late_does_not_hide_the_freeze() -> None:
    late = threading.Event()
    dog = Watchdog(seconds=0.01, on_late=late.set)
    assert not late.wait(0.05)
    dog.beat()
    assert late.is_set()
