"""A small invented region, run once through the command line, for everybody to look at."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from lab.demo import generate
from otklik.home.lock import held_file
from tests.forked import run_forked
from tests.integration import next_day
from tests.integration.canaries import plant
from tests.integration.planted import plant_staff
from tests.integration.recounts import Recount, recount_of

END = datetime(2026, 9, 29, 21, tzinfo=UTC)


@dataclass(frozen=True)
class Deployment:
    """A home and its sources file, worked on by the real command in a process of its own."""

    home: Path
    sources: Path

    def otklik(self, *args: str, timeout: float = 900, typed: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command on this home."""
        environment = os.environ | {"OTKLIK_HOME": str(self.home), "OTKLIK_SOURCES": str(self.sources)}
        return run_forked(args, env=environment, timeout=timeout, typed=typed)

    def run(self, *args: str) -> dict[str, Any]:
        """`otklik run --json`, which must succeed; its summary."""
        result = self.otklik("run", "--json", *args)
        assert result.returncode == 0, result.stderr[-3000:]
        return json.loads(result.stdout)

    @property
    def current(self) -> Path:
        """The snapshot in force."""
        return (self.home / "published" / "current").resolve()

    @property
    def marts(self) -> dict[str, dict[str, Any]]:
        """What the manifest says of each table of the analysts' surface."""
        return self.manifest["surfaces"]["analyst"]

    @property
    def manifest(self) -> dict[str, Any]:
        return json.loads((self.current / "manifest.json").read_text(encoding="utf-8"))

    def query(self, sql: str, surface: str = "analyst") -> list[tuple[Any, ...]]:
        """Rows of a query on the published database of a surface."""
        with duckdb.connect(str(self.current / surface / "otklik.duckdb"), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def copy(self, folder: Path) -> "Deployment":
        """A deployment of its own with the same history."""
        shutil.copytree(self.sources.parent, folder / "demo", symlinks=True)
        dbt = str(self.home / "dbt")

        def unread(parent: str, _: list[str]) -> tuple[str, ...]:
            # SQL as dbt sent it: twelve hundred files that nothing reads
            return ("compiled", "run") if parent == dbt else ()

        shutil.copytree(self.home, folder / "home", symlinks=True, ignore=unread)
        return Deployment(folder / "home", folder / "demo" / self.sources.name)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest file goes first: at the end one worker would wait for it."""
    items.sort(key=lambda item: "test_real_data" not in item.nodeid)


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """One folder for all workers of this session."""
    mine = tmp_path_factory.getbasetemp()
    return mine if worker_id == "master" else mine.parent


def made_once(folder: Path, make: Callable[[], object]) -> None:
    """Let the first worker make what stands in a folder, and the others wait for it."""
    done = folder.with_name(f"{folder.name}.done")
    with held_file(folder.with_name(f"{folder.name}.lock"), refusal=TimeoutError, wait_seconds=3600):
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            make()
            done.touch()


@pytest.fixture(scope="session")
def published(shared_folder: Path) -> Deployment:
    """An invented region with canaries after its first run.

    Tests that change it, or run on it, do so on a copy: another worker may be reading it.
    """
    folder = shared_folder / "region"
    region = Deployment(folder / "home", folder / "demo" / "sources.yaml")

    def make() -> None:
        generate(folder / "demo", posts=1_200, messages=1_500, days=60, seed=7, end=END)
        plant(region.sources)
        assert region.run()["status"] == "published"

    made_once(folder, make)
    return region


@pytest.fixture(scope="session")
def grown(published: Deployment, shared_folder: Path) -> Deployment:
    """The region a day and three posts later: an incremental run on top of the first, and a second snapshot."""
    return a_day_later(published, shared_folder / "grown", next_day.deliver)


@pytest.fixture(scope="session")
def published_again(published: Deployment, shared_folder: Path) -> Deployment:
    """The region a day later, with an arrival among staff and a mover (`planted.py`), and a second snapshot.

    The directory is replaced, so its first delivery cannot be read again: not a home to build anew from deliveries.
    """
    return a_day_later(published, shared_folder / "again", plant_staff)


def a_day_later(published: Deployment, folder: Path, deliver: Callable[[Path], None]) -> Deployment:
    """A copy in `folder`, after what `deliver` puts among its deliveries and a run."""
    region = Deployment(folder / "home", folder / "demo" / "sources.yaml")

    def make() -> None:
        published.copy(folder)
        deliver(region.sources.parent)
        assert region.run("--as-of", next_day.AS_OF.isoformat())["status"] == "published"

    made_once(folder, make)
    return region


@pytest.fixture(scope="session")
def recount(published: Deployment) -> Recount:
    """The region of `published`, counted anew from its files; a second of work."""
    return recount_of(published.home, published.sources.parent, published.manifest["as_of"])
