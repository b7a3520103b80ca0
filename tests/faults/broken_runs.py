"""Homes whose runs are broken off, and what must be true of them afterwards."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lab.demo import generate

ROOT = Path(__file__).parents[2]
END = datetime(2026, 9, 29, 21, tzinfo=UTC)

BOUNDARIES = (
    "raw__authorities__authority",
    "raw__wall__post",
    "raw__wall__post_gate_raw",
    "enriched__near_duplicate",
    "post_annotation",
    "enriched__post_label_gate_annotations",
    "dbt_facts",
    "intermediate__int_tie_gate_edges",
    "joining_weights",
    "dbt_scores",
    "message_measures",
    "incident_members",
    "dbt_incidents",
    "enriched__leader_score_gate_scores",
    "enriched__burst",
    "dbt_inferences",
    "published__snapshot",
)
"""Steps of a run; what comes before each is another stage's work."""


@dataclass
class Ended:
    """How a run ended: exit code, or minus the signal's number; what it printed; wall seconds."""

    code: int
    stdout: str
    stderr: str
    seconds: float


@dataclass
class Zygote:
    """Forks a run for each order (`zygote.py`), and knows how long the last one took that was not broken off."""

    process: subprocess.Popen[str]
    output: Path
    n_runs: int = field(default=0)
    usual_seconds: float = field(default=0)

    def run(self, place: "Place", **order: Any) -> Ended:
        """Run the platform on a home to its end, or to the death that is ordered."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.n_runs += 1
        folder = self.output / str(self.n_runs)
        order |= {"home": str(place.home), "sources": str(place.sources), "output": str(folder)}
        began = time.monotonic()
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        status = int(self.process.stdout.readline())
        texts = [(folder / name).read_text(encoding="utf-8") for name in ("stdout", "stderr")]
        ended = Ended(os.waitstatus_to_exitcode(status), texts[0], texts[1], time.monotonic() - began)
        if ended.code == 0:
            self.usual_seconds = ended.seconds
        return ended


@contextmanager
def zygote(folder: Path) -> Iterator[Zygote]:
    """A process that is ready to fork runs."""
    with (folder / "zygote.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.zygote"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "ready\n", (folder / "zygote.log").read_text()
            yield Zygote(process, folder / "output")
        finally:
            process.kill()
            process.wait()


@dataclass(frozen=True)
class Place:
    """A home and its deliveries, in one folder."""

    folder: Path

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def sources(self) -> Path:
        return self.folder / "demo" / "sources.yaml"

    @property
    def current(self) -> Path:
        return (self.home / "published" / "current").resolve()

    @property
    def tables(self) -> Path:
        """The analysts' tables in force."""
        return self.current / "analyst"

    def copy(self, folder: Path, *parts: str) -> "Place":
        """The same deliveries, and of the home these parts, or all of it."""
        shutil.copytree(self.folder / "demo", folder / "demo")
        for part in parts or ("",):
            shutil.copytree(self.home / part, folder / "home" / part, symlinks=True)
        shutil.copy2(self.home / "version.json", folder / "home")
        return Place(folder)


def small_region(folder: Path) -> Place:
    """The deliveries of an invented region of three hundred posts."""
    generate(folder / "demo", posts=300, messages=300, days=30, seed=3, end=END)
    (folder / "home").mkdir()
    return Place(folder)


def add_a_day(place: Place) -> None:
    """A day's deliveries by people who are known already, and an instant a day later."""
    text = place.sources.read_text(encoding="utf-8")
    place.sources.write_text(text.replace("as_of: 2026-09-29T21", "as_of: 2026-09-30T21"), encoding="utf-8")
    demo = place.sources.parent
    lines = [json.loads(line) for line in (demo / "social/wall_1.jsonl").read_text(encoding="utf-8").splitlines()[:20]]
    later = [line | {"id": line["id"] + 900_000, "date": int(END.timestamp()) + n} for n, line in enumerate(lines)]
    written = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in later)
    (demo / "social" / "wall_90.jsonl").write_text(written, encoding="utf-8")
    head, *rows = next((demo / "mail").glob("tracking_*.csv")).read_text(encoding="utf-8").splitlines()
    at = head.split(",").index("MessageId")
    again = [",".join([*(cells := row.split(","))[:at], f"again-{cells[at]}", *cells[at + 1 :]]) for row in rows[:20]]
    (demo / "mail" / "tracking_2026-10.csv").write_text("\n".join([head, *again]) + "\n", encoding="utf-8")


def left_over(place: Place, reference: Place) -> list[str]:
    """What a home holds that the undisturbed one does not, but for names that chance gives."""
    mine, others = (_names(one.home) for one in (place, reference))
    return sorted(mine - others) + [name for name in sorted(_hidden(place.home)) if name not in _hidden(reference.home)]


def _names(home: Path) -> set[str]:
    """Files whose names say what they hold, and every folder that is not Dagster's."""
    by_content = ("lake/raw", "lake/ledger", "quarantine", "restricted/message_text", "lake/gates", "vault")
    files = {str(path.relative_to(home)) for part in by_content for path in (home / part).rglob("*") if path.is_file()}
    folders = {str(path.relative_to(home)) for path in home.rglob("*") if path.is_dir()}
    return files | {one for one in folders if not one.startswith(("dagster", "published/snapshots/"))}


def _hidden(home: Path) -> set[str]:
    patterns = (".*", "*.tmp", "*.new")
    return {str(path.relative_to(home)) for pattern in patterns for path in home.rglob(pattern)}
