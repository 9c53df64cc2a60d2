"""What fault tests measured, shown while they run and once more at the end of the run."""

import pytest


class Figures:
    """`tell("nats killed: next success", "0.4 s")` shows a line at once and in the summary."""

    def __init__(self, config: pytest.Config) -> None:
        self._reporter = config.pluginmanager.get_plugin("terminalreporter")
        self._capture = config.pluginmanager.get_plugin("capturemanager")
        self.lines: list[str] = []

    def tell(self, what: str, value: str) -> None:
        line = f"{what}: {value}"
        self.lines.append(line)
        if self._reporter and self._capture:  # a worker of xdist has no reporter
            with self._capture.global_and_fixture_disabled():
                self._reporter.write_line(f"\n  {line}")


FIGURES = pytest.StashKey[Figures]()


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> Figures:
    """Where a test tells what it measured. Shown, never asserted: times depend on the machine and what else it does."""
    return request.config.stash.setdefault(FIGURES, Figures(request.config))


def show(reporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The summary of all that was told."""
    if FIGURES in config.stash:
        reporter.section("figures")
        for line in config.stash[FIGURES].lines:
            reporter.write_line(line)
