"""Options and fixtures of the measurements."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.bench.figures import table
from tests.demo_rig import Demo, start_demo, stop_demo


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--duration`: seconds of the soak."""
    parser.addoption("--duration", type=float, default=3600.0, help="seconds that the soak runs (default 3600)")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """End with all figures of the run in one table; test-results/bench.json has them too."""
    lines = table()
    if lines:
        terminalreporter.section("figures")
        for line in lines:
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The whole demo with three ships, as a user starts it."""
    process, running = start_demo(tmp_path_factory.mktemp("bench"), "--seed", "42")
    yield running
    stop_demo(process)
