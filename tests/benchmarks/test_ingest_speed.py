"""What ingestion costs beside DuckDB's bare read and Parquet write of the same file, and how it grows.

Run it: `pytest tests/benchmarks/test_ingest_speed.py -m benchmark -s`. Sizes: OTKLIK_BENCHMARK_ROWS (default
`100000,1000000`), the big JSONL: OTKLIK_BENCHMARK_GB (default 1). Ratios are of the fastest of two alternating
rounds: the machine's other work then weighs on both alike, and least.
"""

import math
import os
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pandas  # noqa: F401  loaded in every run; Arrow would load it at its first list of strings
import pytest

from otklik.home.engine import connect
from otklik.home.settings import Home
from otklik.intake.ingestion.ingest import ingest
from otklik.intake.sources.configuration import Source, load_configuration

pytestmark = pytest.mark.benchmark

RECEIVED_AT = datetime(2026, 9, 30, tzinfo=UTC)
ROUNDS = 2
HIGHEST_RATIO = 2.0
HIGHEST_EXPONENT = 1.15
MEMORY_BAR_BYTES = 1 << 30
WORDS = [
    "вода",
    "двор",
    "свет",
    "мост",
    "снег",
    "путь",
    "лифт",
    "сквер",
    "рынок",
    "школа",
    "парк",
    "люк",
    "яма",
    "автобус",
]

# an invented export of a portal: words, an account for every tenth row, an address, a point
_EXPORT = """
    select
        'p' || i::varchar as id,
        strftime(timestamp '2025-01-01' + to_seconds(i % 30000000), '%Y-%m-%d %H:%M:%S') as posted,
        'user' || (hash(i) % {n_authors})::varchar as author,
        list_aggregate(list_transform(range(10 + (hash(i) % 40)::bigint),
            lambda k: {words}[1 + ((hash(i * 64 + k)) % {n_words})::bigint]), 'string_agg', ' ') as words,
        'улица ' || {words}[1 + (hash(i + 7) % {n_words})::bigint] || ', ' || (i % 90 + 1)::varchar as address,
        round(53 + (i % 1000) / 1000, 6)::varchar as lat,
        round(50 + (i % 1000) / 1000, 6)::varchar as lon
    from range({n}) as t(i)
"""
_SELECT = (
    "select id as source_post_id, posted as posted_at, author, 'portal' as channel, words as text, "
    "address as place_text, lat, lon, source_row as origin_row from source"
)
_COPY = {"csv": "(format csv, header)", "jsonl": "(format json)", "parquet": "(format parquet)"}
_READ = {"csv": "read_csv", "jsonl": "read_json", "parquet": "read_parquet"}


def _write_export(path: Path, n: int, kind: str) -> None:
    query = _EXPORT.format(n=n, n_authors=max(n // 10, 1), n_words=len(WORDS), words=str(WORDS))
    with connect() as connection:
        connection.execute(f"copy ({query}) to '{path}' {_COPY[kind]}")


def _source(folder: Path, path: Path, kind: str) -> Source:
    file = folder / f"{kind}.yaml"
    file.write_text(
        f"version: 1\ntime_zone: Europe/Moscow\nsources:\n  s:\n    title: S\n    path: {path}\n    format: {kind}\n"
        f"    entities:\n      post:\n        select: {_SELECT}\n",
        encoding="utf-8",
    )
    return load_configuration([file], {}).sources["s"]


def _bare_seconds(path: Path, kind: str, folder: Path) -> float:
    out = folder / "bare.parquet"
    begin = time.perf_counter()
    with connect() as connection:
        connection.execute(f"copy (from {_READ[kind]}('{path}')) to '{out}' (format parquet, compression zstd)")
    return time.perf_counter() - begin


def _ingest_seconds(path: Path, kind: str, folder: Path, rows: int) -> float:
    source = _source(folder, path, kind)
    begin = time.perf_counter()
    (load,) = ingest(Home(folder / "home"), source, "post", received_at=RECEIVED_AT)
    seconds = time.perf_counter() - begin
    assert load.rows_loaded == rows
    return seconds


def _sizes() -> list[int]:
    return [int(float(part)) for part in os.environ.get("OTKLIK_BENCHMARK_ROWS", "100000,1000000").split(",")]


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_ingestion_costs_at_most_twice_a_bare_read_and_write(kind, tmp_path):
    seconds: dict[int, tuple[float, float]] = {}
    for n in _sizes():
        path = tmp_path / f"{n}.{kind}"
        _write_export(path, n, kind)
        rounds = []
        for number in range(ROUNDS):
            folder = tmp_path / f"{n}_{number}"
            folder.mkdir()
            bare = _bare_seconds(path, kind, folder)
            rounds.append((bare, _ingest_seconds(path, kind, folder, n)))
        bare, ours = (min(column) for column in zip(*rounds, strict=True))
        seconds[n] = (bare, ours)
        print(
            f"\n{kind} {n:,} rows, {path.stat().st_size / 1e6:,.0f} MB: bare {bare:.2f} s, ingest {ours:.2f} s, "
            f"ratio {ours / bare:.2f}"
        )
    sizes = sorted(seconds)
    if len(sizes) > 1:
        small, large = sizes[0], sizes[-1]
        exponent = math.log(seconds[large][1] / seconds[small][1]) / math.log(large / small)
        print(f"{kind}: growth exponent {exponent:.2f} from {small:,} to {large:,} rows")
        assert exponent < HIGHEST_EXPONENT
    bare, ours = seconds[sizes[-1]]
    assert ours / bare <= HIGHEST_RATIO


def test_a_large_jsonl_stays_within_bounded_memory(tmp_path):
    """In a process of its own, so that the peak is the load's."""
    gigabytes = float(os.environ.get("OTKLIK_BENCHMARK_GB", "1"))
    path = tmp_path / "large.jsonl"
    _write_export(path, int(gigabytes * 2.3e6), "jsonl")
    code = (
        "import sys\nfrom pathlib import Path\nfrom tests.benchmarks import test_ingest_speed as b\n"
        "b.load_large(Path(sys.argv[1]), Path(sys.argv[2]))"
    )
    begin = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code, str(path), str(tmp_path)], capture_output=True, text=True, check=True
    )
    peak = int(done.stdout.split()[-1])
    print(
        f"\nJSONL of {path.stat().st_size / 1e9:.2f} GB: peak {peak / 1e6:,.0f} MB resident, "
        f"{time.perf_counter() - begin:.0f} s"
    )
    assert peak < MEMORY_BAR_BYTES


def load_large(path: Path, folder: Path) -> None:
    """Load a JSONL file and print the process's peak of resident memory in bytes."""
    ingest(Home(folder / "home"), _source(folder, path, "jsonl"), "post", received_at=RECEIVED_AT)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
