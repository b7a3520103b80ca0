"""Counts, determinism and refusals of the demo as a whole."""

import hashlib
from datetime import datetime
from pathlib import Path

import pytest

from lab.demo import generate
from tests.unit.lab.demo.conftest import END


def _bytes(out: Path) -> dict[str, str]:
    return {
        path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.rglob("*"))
        if path.is_file()
    }


def _small(out: Path, **changes: object) -> Path:
    generate(out, **({"posts": 400, "messages": 300, "days": 30, "seed": 1, "end": END} | changes))
    return out


def test_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    assert _bytes(_small(tmp_path / "a")) == _bytes(_small(tmp_path / "b"))


def test_another_seed_gives_other_bytes_but_the_same_region(tmp_path: Path) -> None:
    first, second = _bytes(_small(tmp_path / "a")), _bytes(_small(tmp_path / "b", seed=2))
    same = {name for name in first if first[name] == second.get(name)}
    # Bad rows stand at fixed places of the same number of rows.
    assert same - {"truth/defects.csv"} == {
        *(f"reference/{name}.csv" for name in ("authorities", "municipalities", "sla_terms", "routing_rules")),
        "sources.yaml",
    }


@pytest.mark.parametrize(
    ("posts", "messages", "days"), [(0, 0, 14), (1, 1, 14), (37, 41, 20), (299, 100, 400), (301, 7, 14)]
)
def test_counts_are_exact_at_any_size(tmp_path: Path, posts: int, messages: int, days: int) -> None:
    summary = generate(tmp_path / "d", posts=posts, messages=messages, days=days, seed=3, end=END)
    assert (summary.posts, summary.messages) == (posts, messages)
    assert (tmp_path / "d" / "sources.yaml").exists()
    assert list((tmp_path / "d" / "mail").glob("tracking_*.csv"))


def test_an_end_inside_a_day_keeps_everything_before_it(tmp_path: Path) -> None:
    summary = generate(
        tmp_path / "d",
        posts=500,
        messages=300,
        days=14,
        seed=3,
        end=datetime.fromisoformat("2026-09-30T13:30:00+04:00"),
    )
    sent = [line.split(",")[0] for line in (tmp_path / "d" / "truth" / "messages.csv").read_text().splitlines()[1:]]
    assert len(sent) == summary.messages
    assert max(sent) < "2026-09-30T09:30:00Z"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"posts": -1}, r"posts is -1; accepted: 0 or more"),
        ({"days": 3}, r"days is 3; accepted: 14 or more"),
        ({"end": datetime(2026, 9, 30)}, r"without a time zone"),  # noqa: DTZ001 - refused for that
    ],
)
def test_bad_arguments_are_refused_before_anything_is_written(tmp_path: Path, changes: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        _small(tmp_path / "d", **changes)
    assert not (tmp_path / "d").exists()


def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    _small(tmp_path / "d")
    with pytest.raises(FileExistsError, match="not empty"):
        _small(tmp_path / "d")
