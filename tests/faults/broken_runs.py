"""Homes whose runs are broken off, and what must be true of them afterwards."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
from ruamel.yaml import YAML

from lab.demo import generate

ROOT = Path(__file__).parents[2]
SOURCES = ("portal", "wall", "mail", "directory", "authorities")
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

ENDED = (dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED)


@dataclass
class Ended:
    """How a run ended: exit code, or minus the signal's number; what it printed; CPU seconds of its own process."""

    code: int
    stdout: str
    stderr: str
    seconds: float


@dataclass
class Zygote:
    """Forks a run for each order (`zygote.py`)."""

    process: subprocess.Popen[str]
    output: Path
    n_runs: int = 0

    def run(self, place: "Place", **order: Any) -> Ended:
        """Run the platform on a home to its end, or to the death that is ordered; nobody may outlive it."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.n_runs += 1
        folder = self.output / str(self.n_runs)
        place.temporary.mkdir(exist_ok=True)
        order |= {"home": str(place.home), "sources": str(place.sources), "output": str(folder)}
        self.process.stdin.write(json.dumps(order | {"temporary": str(place.temporary)}) + "\n")
        self.process.stdin.flush()
        told = json.loads(self.process.stdout.readline())
        assert told["orphans"] == []
        texts = [(folder / name).read_text(encoding="utf-8") for name in ("stdout", "stderr")]
        return Ended(os.waitstatus_to_exitcode(told["status"]), texts[0], texts[1], told["cpu"])


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
    seconds: float = 0
    """CPU seconds of the run that made it."""

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def sources(self) -> Path:
        return self.folder / "demo" / "sources.yaml"

    @property
    def temporary(self) -> Path:
        """The temporary folder of its runs, `TMPDIR`."""
        return self.folder / "tmp"

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
    """The deliveries of an invented region of three hundred posts, of the sources without which a stage is empty."""
    generate(folder / "demo", posts=300, messages=300, days=30, seed=3, end=END)
    place, yaml = Place(folder), YAML(typ="rt")
    content = yaml.load(place.sources)
    content["sources"] = {name: content["sources"][name] for name in SOURCES}
    yaml.dump(content, place.sources)
    place.home.mkdir()
    return place


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
    """What a home holds that the undisturbed one does not, but for names that chance gives, and what is still open."""
    mine, others = (_names(one.home) for one in (place, reference))
    hidden = _hidden(place.home) - _hidden(reference.home)
    temporary = {str(path.relative_to(place.folder)) for path in place.temporary.rglob("*")}
    return [*sorted(mine - others), *sorted(hidden), *sorted(temporary), *_open(place.home)]


def _open(home: Path) -> list[str]:
    """Runs that Dagster thinks are going on, slots of pools they hold, and the note of a holder."""
    with dg.DagsterInstance.from_config(str(home / "dagster")) as instance:
        going_on = dg.RunsFilter(statuses=[one for one in dg.DagsterRunStatus if one not in ENDED])
        found = [f"run {run.run_id} {run.status.value}" for run in instance.get_runs(going_on)]
        events = instance.event_log_storage
        for key in sorted(events.get_concurrency_keys()):
            found += [f"slot of {key}: {slot.run_id}" for slot in events.get_concurrency_info(key).claimed_slots]
    note = (home / "run.lock").read_text(encoding="utf-8")
    return [*found, *([f"run.lock {note}"] if note else [])]


def _names(home: Path) -> set[str]:
    """Files whose names say what they hold, and every folder that is not Dagster's."""
    by_content = ("lake/raw", "lake/ledger", "quarantine", "restricted/message_text", "lake/gates", "vault")
    files = {str(path.relative_to(home)) for part in by_content for path in (home / part).rglob("*") if path.is_file()}
    folders = {str(path.relative_to(home)) for path in home.rglob("*") if path.is_dir()}
    return files | {one for one in folders if not one.startswith(("dagster", "published/snapshots/"))}


def _hidden(home: Path) -> set[str]:
    patterns = (".*", "*.tmp", "*.new")
    return {str(path.relative_to(home)) for pattern in patterns for path in home.rglob(pattern)}
