"""Readers during publishing, and publishers killed at any moment: `current` is always one whole snapshot."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from otklik.publishing.manifests import current_manifest
from otklik.publishing.mart_contracts import Column, Mart
from otklik.publishing.snapshots import publish_snapshot

PROJECT = Path(__file__).parents[2]
AS_OF = datetime(2026, 3, 1, 12, tzinfo=UTC)
MARTS = (
    Mart("fct_post", (Column("post_id", "bigint", "Id."), Column("day", "bigint", "Version.")), ("post_id",)),
    Mart("agg_post", (Column("n_posts", "bigint", "Posts."), Column("day", "bigint", "Version.")), ("day",)),
)

# Readers read whole snapshots until told to stop, and print how many and how many different ones. Any disagreement
# raises. `look(folder)` gives posts, days among them, posts as stated beside them, and their day.
READER = """
import json, pathlib, sys
published, stop = map(pathlib.Path, sys.argv[1:])
{look}
look((published / "current").resolve(strict=True))  # whatever is imported late is imported now
print("ready", flush=True)
seen, n = set(), 0
while not stop.exists() or n == 0:
    folder = (published / "current").resolve(strict=True)
    counted, days, stated, day = look(folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    rows = manifest["surfaces"]["analyst"]["fct_post"]["row_count"]
    assert counted == stated == rows and days == 1, (counted, stated, rows, days)
    assert manifest["snapshot_id"] == folder.name
    seen.add(day)
    n += 1
print(n, len(seen))
"""

SQL = (
    "select count(*), count(distinct fct_post.day), any_value(agg_post.n_posts), any_value(agg_post.day) "
    "from fct_post cross join agg_post where fct_post.day = agg_post.day"
)
LOOKS = {
    "DuckDB": f"""
import duckdb
def look(folder):
    with duckdb.connect(str(folder / "analyst" / "otklik.duckdb"), read_only=True) as connection:
        return connection.execute("{SQL}").fetchone()
""",
    "pandas": """
import pandas as pd
def look(folder):
    posts, stated = (pd.read_parquet(folder / "analyst" / f"{name}.parquet") for name in ("fct_post", "agg_post"))
    return len(posts), posts["day"].nunique(), int(stated["n_posts"].iloc[0]), int(stated["day"].iloc[0])
""",
    # opened once, whatever is published meanwhile: it goes on reading the snapshot it opened, whole
    "a connection that is kept": f"""
import duckdb
kept = duckdb.connect(str((published / "current").resolve(strict=True) / "analyst" / "otklik.duckdb"), read_only=True)
first = kept.execute("{SQL}").fetchone()
def look(folder):
    assert kept.execute("{SQL}").fetchone() == first
    with duckdb.connect(str(folder / "analyst" / "otklik.duckdb"), read_only=True) as connection:
        return connection.execute("{SQL}").fetchone()
""",
    # what Superset reads DuckDB by
    "SQLAlchemy": f"""
import sqlalchemy as sa
def look(folder):
    engine = sa.create_engine(f"duckdb:///{{folder / 'analyst' / 'otklik.duckdb'}}", connect_args={{"read_only": True}})
    try:
        with engine.connect() as connection:
            return tuple(connection.exec_driver_sql("{SQL}").fetchone())
    finally:
        engine.dispose()
""",
}

PUBLISHER = """
import pathlib, sys
sys.path.insert(0, {project!r})
from tests.faults.test_publish_readers import publish
print("ready", flush=True)
sys.stdin.readline()
publish(pathlib.Path(sys.argv[1]), int(sys.argv[2]))
"""


def build(root: Path, day: int) -> None:
    """A warehouse whose two tables both tell which day it is."""
    (root / "warehouse.duckdb").unlink(missing_ok=True)
    with duckdb.connect(str(root / "warehouse.duckdb")) as connection:
        connection.execute(f"create table fct_post as select i as post_id, {day} as day from range({1000 + day}) r (i)")
        connection.execute("create table agg_post as select count(*) as n_posts, day from fct_post group by day")


def publish(root: Path, day: int) -> str:
    """Publish the warehouse as of a day."""
    return publish_snapshot(
        warehouse=root / "warehouse.duckdb",
        published=root / "published",
        marts=MARTS,
        as_of=AS_OF + timedelta(days=day),
        gate_verdicts=[{"gate": "marts", "is_passed": True}],
    ).snapshot_id


def assert_current_is_whole(published: Path) -> int:
    """The day that `current` tells, after comparing its parts."""
    folder = (published / "current").resolve(strict=True)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    with duckdb.connect(str(folder / "analyst" / "otklik.duckdb"), read_only=True) as connection:
        (counted,), ((stated, day),) = (
            connection.execute("select count(*) from fct_post").fetchone() or (),
            connection.execute("select n_posts, day from agg_post").fetchall(),
        )
    assert counted == stated == manifest["surfaces"]["analyst"]["fct_post"]["row_count"] == 1000 + day
    assert manifest["snapshot_id"] == folder.name
    return int(day)


def read_while_publishing(root: Path, n_publishes: int) -> dict[str, tuple[int, int]]:
    """Publish again and again under four readers; reader → how many snapshots it read, and how many different ones."""
    build(root, 0)
    publish(root, 0)
    stop = root / "stop"
    readers = {
        name: subprocess.Popen(
            [sys.executable, "-c", READER.format(look=look), str(root / "published"), str(stop)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name, look in LOOKS.items()
    }
    assert {reader.stdout.readline() for reader in readers.values() if reader.stdout} == {"ready\n"}
    for day in range(1, n_publishes + 1):
        build(root, day)
        publish(root, day)
    stop.touch()
    read = {}
    for name, reader in readers.items():
        out, err = reader.communicate(timeout=120)
        assert (reader.returncode, err) == (0, ""), f"{name}: {err}"
        n_reads, n_days = map(int, out.split())
        read[name] = (n_reads, n_days)
    return read


def test_readers_see_only_whole_snapshots_while_twenty_are_published(tmp_path: Path) -> None:
    read = read_while_publishing(tmp_path, 20)
    assert min(n_days for _, n_days in read.values()) > 1


@pytest.mark.soak
def test_readers_see_only_whole_snapshots_while_two_hundred_are_published(tmp_path: Path) -> None:
    read = read_while_publishing(tmp_path, 200)
    print(read)  # noqa: T201 how often each read
    assert min(n_days for _, n_days in read.values()) > 10


def test_publisher_killed_at_any_moment_leaves_current_whole(tmp_path: Path) -> None:
    chance = random.Random(20260301)
    build(tmp_path, 0)
    started = time.monotonic()
    publish(tmp_path, 0)
    duration = time.monotonic() - started
    n_switched = n_leftovers = 0

    for day in range(1, 16):
        build(tmp_path, day)
        before = assert_current_is_whole(tmp_path / "published")
        publisher = subprocess.Popen(
            [sys.executable, "-c", PUBLISHER.format(project=str(PROJECT)), str(tmp_path), str(day)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert publisher.stdin is not None
        assert publisher.stdout is not None
        assert publisher.stdout.readline() == "ready\n"
        publisher.stdin.write("\n")
        publisher.stdin.flush()
        time.sleep(chance.uniform(0, 1.2) * duration)
        os.kill(publisher.pid, signal.SIGKILL)
        publisher.communicate(timeout=30)

        after = assert_current_is_whole(tmp_path / "published")
        assert after in (before, day)
        n_switched += after == day
        n_leftovers += (tmp_path / "published" / "snapshots" / ".building").exists()

    assert n_leftovers > 0, "no kill hit a publish at work: the test proves nothing"
    build(tmp_path, 99)
    snapshot_id = publish(tmp_path, 99)
    published = tmp_path / "published"
    assert assert_current_is_whole(published) == 99
    assert not [path for path in (published / "snapshots").iterdir() if path.name.startswith(".")]
    assert sorted(path.name for path in published.iterdir()) == [".publish.lock", "current", "snapshots"]
    assert (current_manifest(published) or {})["snapshot_id"] == snapshot_id


@pytest.mark.parametrize("step", ["_write_manifests", "_flush_tree", "_switch", "_prune"])
def test_publish_that_fails_before_each_step_can_be_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    build(tmp_path, 0)
    publish(tmp_path, 0)
    build(tmp_path, 1)
    with monkeypatch.context() as patched:
        patched.setattr(f"otklik.publishing.snapshots.{step}", _fail)
        with pytest.raises(OSError, match="no space left"):
            publish(tmp_path, 1)
    assert assert_current_is_whole(tmp_path / "published") == (1 if step == "_prune" else 0)

    publish(tmp_path, 1)

    assert assert_current_is_whole(tmp_path / "published") == 1
    assert not list((tmp_path / "published" / "snapshots").glob(".*"))


def _fail(*_: object) -> None:
    raise OSError("no space left on the device")
