"""An invented region that delivers day by day: weeks of it are published, and the next day's files are in hand.

The demo's exports are cut into a file a day, as a portal, a mail server and people who label would send them.
"""

import csv
import gzip
import io
import json
import random
import shutil
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from data_quality.gate import GateResult, evaluate_gate
from data_quality.suites import gate_named
from lab.demo import generate
from otklik.home.settings import Home
from otklik.intake.arrivals.acceptance import measure, note_accepted, read_limits, take_in
from otklik.intake.ingestion.ledger import Load
from otklik.intake.sources.configuration import Configuration, load_configuration
from otklik.stages.preparation import prepare_datasets

Rows = list[dict[str, Any]]

DAYS, WEEKS_OF_HISTORY = 50, 5
END = datetime(2026, 9, 29, 21, tzinfo=UTC)
FEEDS = {
    ("portal", "post"): "portal",
    ("portal", "case_event"): "portal",
    ("mail", "message"): "mail",
    ("directory", "person"): "directory",
    ("decisions", "label"): "decisions",
}
_DECISIONS = """
  decisions:
    title: Разметка
    path: decisions/*.csv
    format: csv
    entities:
      label:
        select: >-
          select of_source, of_source_post_id, label_kind, value, annotator, labelled_at, source_row as origin_row
          from source
"""


@dataclass(frozen=True)
class Deliveries:
    """Rows by source and day, in the shape of the source's files; and what a sources file says of them."""

    rows: Mapping[str, Mapping[date, Rows]]
    sources: str

    def content(self, source: str, rows: Rows) -> bytes:
        """A file of rows."""
        if source == "portal":
            return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
        text = io.StringIO()
        names = list(rows[0]) if rows else list(next(iter(self.rows[source].values()))[0])
        writer = csv.DictWriter(text, names, delimiter=";" if source == "directory" else ",")
        writer.writeheader()
        writer.writerows(rows)
        return text.getvalue().encode()


def name_of(source: str, day: date) -> str:
    return f"{day}.jsonl" if source == "portal" else f"{day}.csv"


def deliveries_of(folder: Path, seed: int, *, posts: int = 9_000, messages: int = 12_000) -> Deliveries:
    """Generate a region and cut its exports into days of the source's clock."""
    demo = folder / "demo"
    generate(demo, posts=posts, messages=messages, days=DAYS, seed=seed, end=END)
    rows: dict[str, dict[date, Rows]] = {
        "portal": _by_day(_cases(demo), "created"),
        "mail": _by_day(_table(sorted((demo / "mail").glob("*.csv")), ","), "Timestamp"),
    }
    directory = _table([demo / "staff" / "directory.csv"], ";")
    for day, cases in rows["portal"].items():
        for case in cases:  # an export of the evening knows nothing of tomorrow
            case["events"] = [event for event in case["events"] if event["at"][:10] <= str(day)]
    days = sorted(rows["portal"])
    rows["directory"] = {day: _moved_on(directory, number) for number, day in enumerate(days) if number % 7 == 0}
    rows["decisions"] = {day: _decided(rows["portal"][day], day, seed) for day in days}
    sources = (demo / "sources.yaml").read_text(encoding="utf-8")
    for old, new in (
        ("path: portal/*.jsonl.gz", "path: ${INBOX}/portal/*.jsonl"),
        ("path: mail/tracking_*.csv", "path: ${INBOX}/mail/*.csv"),
        ("path: staff/directory.csv", "path: ${INBOX}/directory/*.csv"),
    ):
        assert old in sources
        sources = sources.replace(old, new)
    return Deliveries(rows, sources + _DECISIONS.replace("decisions/*", "${INBOX}/decisions/*"))


def _cases(demo: Path) -> Rows:
    with gzip.open(demo / "portal" / "cases.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.endswith("}\n")]


def _table(paths: Sequence[Path], delimiter: str) -> Rows:
    found: Rows = []
    for path in paths:
        with path.open(encoding="utf-8", newline="") as file:
            found += csv.DictReader(file, delimiter=delimiter)
    return found


def _by_day(rows: Rows, column: str) -> dict[date, Rows]:
    """Whole days alone: the demo's first and last ones are cut, and it plants bad dates."""
    days: dict[date, Rows] = defaultdict(list)
    for row in rows:
        if row[column][:4] == "2026":
            days[date.fromisoformat(row[column][:10])].append(row)
    return {day: days[day] for day in sorted(days)[1:-1]}


def _moved_on(directory: Rows, number: int) -> Rows:
    """The directory some weeks later: a few people moved to another unit."""
    chance = random.Random(number)
    units = sorted({row["Отдел"] for row in directory})
    return [row | {"Отдел": chance.choice(units)} if chance.random() < 0.02 else row for row in directory]


def _decided(cases: Rows, day: date, seed: int) -> Rows:
    chance = random.Random(f"{seed} {day}")
    some = chance.sample(cases, k=min(40, len(cases)))
    return [
        {
            "of_source": "portal",
            "of_source_post_id": str(case["id"]),
            "label_kind": "intent",
            "value": chance.choices(["complaint", "question", "review", "thanks"], [6, 2, 1, 1])[0],
            "annotator": chance.choice(["a1", "a2", "a3"]),
            "labelled_at": f"{day}T{chance.randint(9, 17):02}:{chance.randint(0, 59):02}:00+04:00",
        }
        for case in some
    ]


@dataclass(frozen=True)
class Region:
    """A home that published weeks of a region's deliveries, without the tables that come of them."""

    folder: Path
    deliveries: Deliveries

    @property
    def home(self) -> Home:
        return Home(self.folder / "home")

    @property
    def configuration(self) -> Configuration:
        path = self.folder / "sources.yaml"
        path.write_text(self.deliveries.sources, encoding="utf-8")
        return load_configuration([path], {"INBOX": str(self.folder / "inbox")})

    def copy(self, folder: Path) -> "Region":
        shutil.copytree(self.home.root, folder / "home")
        return Region(folder, self.deliveries)

    def deliver(self, source: str, files: Mapping[str, bytes]) -> None:
        inbox = self.folder / "inbox" / source
        inbox.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (inbox / name).write_bytes(content)

    def take_in(self, source: str, entity: str, as_of: datetime) -> list[Load]:
        return take_in(self.home, self.configuration.sources[source], entity, received_at=as_of, as_of=as_of)

    def gate(self, source: str, entity: str, as_of: datetime, on_failure: str = "stop") -> GateResult:
        """The raw gate's verdicts, as a run asks for them."""
        figures = read_limits(self.home, source, entity)
        return evaluate_gate(
            gate_named("raw", source=source, entity=entity, figures=figures, on_failure=on_failure),
            database=None,
            search_path=self.home.root,
            parameters={"run_key": "r", "as_of": as_of, "quarantined_share_ceiling": 0.05},
        )


def evening(day: date) -> datetime:
    """When a run takes in a day's files."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=23)


def with_history(folder: Path, deliveries: Deliveries, feeds: Sequence[tuple[str, str]], until: date) -> Region:
    """A home that published every delivery before a day."""
    region = Region(folder, deliveries)
    prepare_datasets(region.home)
    before = evening(until - timedelta(days=1))
    for source in sorted({source for source, _ in feeds}):
        past = {day: rows for day, rows in deliveries.rows[source].items() if day < until}
        region.deliver(source, {name_of(source, day): deliveries.content(source, rows) for day, rows in past.items()})
    for source, entity in feeds:
        region.take_in(source, entity, before)
    note_accepted(region.home)
    for source, entity in feeds:
        measure(region.home, region.configuration.sources[source], entity, as_of=before)
    shutil.rmtree(folder / "inbox")
    return region
