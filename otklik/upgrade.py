"""The way in for whoever writes a home, and the steps that bring an older home forward.

A step may be killed at any point and is then begun again, so it does no harm where its work is done already. Which
format a home is of, and who may read it, is `otklik/home/versions.py`.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

from otklik.home.files import write_text
from otklik.home.lake import write_table
from otklik.home.lock import Hold, hold_home
from otklik.home.permissions import let_group_read
from otklik.home.seal import remove_seal
from otklik.home.settings import Home
from otklik.home.versions import HOME_FORMAT, HomeVersion, note_version, platform_version, version_of
from otklik.intake.access_log import chain_old_log
from otklik.intake.keyed_ids import KEY_NAME, write_ids
from otklik.intake.owner_keys import KeyedDigests, read_key


@dataclass(frozen=True)
class Step:
    """Brings a home from the format before to `to_format`; `does` ends the sentence «format 2: …» for the operator."""

    to_format: int
    does: str
    take: Callable[[Home], None]


@contextmanager
def hold_current(home: Home, *, holder: str) -> Iterator[Hold]:
    """Hold a home while the block runs, as one of this platform: the way in for every command that writes tables.

    Args:
        home: the folder to hold.
        holder: what the next comer is told.

    Yields:
        The hold, with a sentence for each step that brought the home forward.

    Raises:
        ConfigurationError: a newer platform wrote it, or `version.json` cannot be read.
        HomeLockedError: another process holds it.
    """
    # before anything is cleaned in it
    version_of(home)
    with hold_home(home, holder=holder) as hold:
        hold.upgrade = _bring_forward(home)
        yield hold


def _bring_forward(home: Home) -> list[str]:
    """Take every step that a home has not taken, in order, and note who writes it from now on."""
    version = version_of(home)
    mine = HomeVersion(HOME_FORMAT, platform_version())
    if version == mine:
        return []
    taken = []
    for step in STEPS:
        if version is not None and version.format < step.to_format:
            remove_seal(home)  # it is of the home as it was
            step.take(home)
            note_version(home, HomeVersion(step.to_format, mine.platform))
            taken.append(f"Brought {home.root} to format {step.to_format}: {step.does}.")
    note_version(home, mine)
    return taken


def _remove_warehouse(home: Home) -> None:
    """Its tables are those of the old models: some are called otherwise now, and some would stay in it for ever."""
    for path in (home.warehouse.with_suffix(".duckdb.wal"), home.warehouse):
        path.unlink(missing_ok=True)


def _give_to_analysts(home: Home) -> None:
    """Snapshots had one surface that anybody could read; what stood on it is for analysts."""
    for snapshot in sorted((home.published / "snapshots").glob("[!.]*")):
        path, folder = snapshot / "manifest.json", snapshot / "analyst"
        manifest = json.loads(path.read_bytes())
        folder.mkdir(exist_ok=True)
        for file in sorted(file for file in snapshot.iterdir() if file.is_file() and file != path):
            file.replace(folder / file.name)
            let_group_read(folder / file.name)
        if "marts" in manifest:
            marts = {name: {"relation": name, **entry} for name, entry in manifest.pop("marts").items()}
            write_text(path, json.dumps({**manifest, "format": 2, "surfaces": {"analyst": marts}}, indent=2) + "\n")
        let_group_read(folder)
        let_group_read(path)


def forget_ids(home: Home) -> None:
    """Remove what was made of ids that are others now, for the next run to make again."""
    for table in ("incident_member", "incident_regrouping", "public_incident_cell", "public_post_cell"):
        for path in sorted((home.lake / "enriched" / table).glob("*.parquet")):
            path.unlink()
    (home.published / "last_run.json").unlink(missing_ok=True)
    _remove_warehouse(home)


def _key_ids_and_chain_log(home: Home) -> None:
    """Ids were MD5 of source and id, which any holder of the source computes; a line of the log could be taken out."""
    key = read_key(home.vault / KEY_NAME, may_create=True, without_it="ids would be others than the published ones")
    write_ids(home, KeyedDigests(key))
    forget_ids(home)
    chain_old_log(home)


def _name_kinds_of_lists(home: Home) -> None:
    """Lists of people that figures were published of were those of interest groups alone."""
    path = home.lake / "enriched" / "released_list" / "current.parquet"
    if path.exists():
        lists = pq.ParquetFile(path).read()
        if "interest_group_id" in lists.column_names:
            kinds = pa.repeat("interest_group", len(lists))
            no_days = pa.nulls(len(lists), pa.date32())
            columns = {"release": lists["release"], "list_kind": kinds, "list_id": lists["interest_group_id"]}
            columns |= {"subject_id": lists["subject_id"], "valid_from": no_days, "valid_to": no_days}
            write_table(path, pa.table(columns))
    (home.lake / "enriched" / "group_release" / "current.parquet").unlink(missing_ok=True)


STEPS = (
    Step(2, "the warehouse was removed, and the next run makes it again from the lake", _remove_warehouse),
    Step(3, "tables of earlier snapshots stand in their folders analyst/ and are for analysts", _give_to_analysts),
    Step(
        4,
        "ids of posts, messages and instructions are made under a key of this home now (vault/id_key: back it up), so "
        "they are others than in the snapshots from before; the lines of the access log were chained",
        _key_ids_and_chain_log,
    ),
    Step(5, "departments and active citizens have lists of their people as interest groups had", _name_kinds_of_lists),
)
