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

# Reads whole snapshots until told to stop; prints how many, and how many different ones. Any disagreement raises.
READER = """
import json, pathlib, sys, duckdb
published, stop = map(pathlib.Path, sys.argv[1:])
seen, n = set(), 0
while not stop.exists() or n == 0:
    folder = (published / "current").resolve(strict=True)
    with duckdb.connect(str(folder / "analyst" / "otklik.duckdb"), read_only=True) as connection:
        counted, days, stated, day = connection.execute(
            "select count(*), count(distinct fct_post.day), any_value(agg_post.n_posts), any_value(agg_post.day) "
            "from fct_post cross join agg_post where fct_post.day = agg_post.day"
        ).fetchall()[0]
    manifest = json.loads((folder / "manifest.json").read_text())
    rows = manifest["surfaces"]["analyst"]["fct_post"]["row_count"]
    parquet = duckdb.sql(f"select count(*) from '{folder / 'analyst' / 'fct_post.parquet'}'").fetchall()[0][0]
    assert counted == stated == rows == parquet and days == 1, (counted, stated, rows, parquet, days)
    assert manifest["snapshot_id"] == folder.name
    seen.add(day)
    n += 1
print(n, len(seen))
"""

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


def test_readers_see_only_whole_snapshots_while_twenty_are_published(tmp_path: Path) -> None:
    build(tmp_path, 0)
    publish(tmp_path, 0)
    stop = tmp_path / "stop"
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, str(tmp_path / "published"), str(stop)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )

    for day in range(1, 21):
        build(tmp_path, day)
        publish(tmp_path, day)
    stop.touch()
    out, err = reader.communicate(timeout=60)

    assert (reader.returncode, err) == (0, "")
    n_reads, n_days = map(int, out.split())
    assert n_reads >= n_days > 3


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


@pytest.mark.parametrize("step", ["_write_manifest", "_flush_tree", "_switch", "_prune"])
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
