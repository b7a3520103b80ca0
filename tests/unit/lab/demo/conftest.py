"""A small demo, written once for all tests of the generator."""

from datetime import datetime
from pathlib import Path

import pytest

from lab.demo import DemoSummary, generate

END = datetime.fromisoformat("2026-09-30T00:00:00+03:00")


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoSummary:
    """6,000 posts and 2,000 messages of 120 days."""
    out: Path = tmp_path_factory.mktemp("demo") / "region"
    return generate(out, posts=6000, messages=2000, days=120, seed=11, end=END)
