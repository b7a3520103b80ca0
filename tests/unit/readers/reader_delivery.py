"""What the tests of readers share: the invented samples, and one delivery taken through the whole of ingestion."""

import io
import json
import shutil
import zipfile
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from otklik.home import lake
from otklik.home.settings import Home
from otklik.intake.ingestion.ingest import ingest
from otklik.intake.ingestion.ledger import Load
from otklik.intake.sources.configuration import load_configuration

FIXTURES = Path(__file__).parents[2] / "fixtures"
RECEIVED_AT = datetime(2026, 9, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Outcome:
    """What became of a delivery's rows."""

    folder: Path
    entity: str
    loads: list[Load]

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """Rows read, loaded, duplicate, quarantined, over all loads."""
        names = ("rows_read", "rows_loaded", "rows_duplicate", "rows_quarantined")
        read, *rest = (sum(getattr(load, name) for load in self.loads) for name in names)
        left_out = sum(self.left_out.values())
        assert read == sum(rest) + left_out, "read is not loaded + duplicate + quarantined + left out"
        return (read, *rest)  # type: ignore[return-value]

    @property
    def left_out(self) -> dict[str, int]:
        """Reason → rows left out by design, over all loads."""
        return dict(sum((Counter(load.left_out) for load in self.loads), Counter()))

    def rows(self, columns: str) -> list[tuple[Any, ...]]:
        return self._query(lake.load_path(self._home, self.entity, "s", "_"), columns)

    def quarantined(self, columns: str = "origin_row, field, reason") -> list[tuple[Any, ...]]:
        return self._query(lake.quarantine_path(self._home, self.entity, "s", "_"), columns)

    def texts(self, columns: str = "subject, body") -> list[tuple[Any, ...]]:
        return self._query(lake.message_text_path(self._home, "s", "_"), columns)

    @property
    def _home(self) -> Home:
        return Home(self.folder / "home")

    def _query(self, path: Path, columns: str) -> list[tuple[Any, ...]]:
        files = sorted(str(file) for file in path.parent.glob("*.parquet"))
        if not files:
            return []
        return duckdb.execute(f"select {columns} from read_parquet(?) order by all", [files]).fetchall()


def deliver(
    folder: Path,
    kind: str,
    files: dict[str, bytes | Path],
    *,
    entity: str = "message",
    select: str | None = None,
    options: str = "{}",
) -> Outcome:
    """Put files (their bytes, or a path to copy) into an inbox and ingest them as one source."""
    inbox = folder / "inbox"
    inbox.mkdir(exist_ok=True)
    for name, content in files.items():
        if isinstance(content, bytes):
            (inbox / name).write_bytes(content)
        elif content.is_dir():
            shutil.copytree(content, inbox / name, symlinks=True)
        else:
            (inbox / name).hardlink_to(content)
    mapping = "{}" if select is None else f"{{select: {json.dumps(select)}}}"
    entry = f"{{title: S, path: 'inbox/*', format: {kind}, options: {options}, entities: {{{entity}: {mapping}}}}}"
    sources = folder / "sources.yaml"
    sources.write_text(f"version: 1\ntime_zone: Europe/Moscow\nsources:\n  s: {entry}\n", encoding="utf-8")
    source = load_configuration([sources], {}).sources["s"]
    return Outcome(folder, entity, ingest(Home(folder / "home"), source, entity, received_at=RECEIVED_AT))


def sample(name: str) -> bytes:
    """A sample of internal communication."""
    return (FIXTURES / "communication" / name).read_bytes()


def post_sample(name: str) -> bytes:
    """A sample of citizens' posts."""
    return (FIXTURES / "posts" / name).read_bytes()


def members_of(name: str) -> dict[str, bytes]:
    """The files of a folder of samples, as a zip of it would hold them."""
    root = FIXTURES / name
    return {f.relative_to(root).as_posix(): f.read_bytes() for f in sorted(root.rglob("*")) if f.is_file()}


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return target.getvalue()


def slack_zip() -> bytes:
    return zipped(members_of("communication/slack"))
