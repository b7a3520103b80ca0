"""dbt inside this process: the project's manifest, and an invocation on a home's warehouse.

dbt runs through its own runner: importing it once and parsing once is what keeps a small run short
(docs/decisions/0004-dbt-in-process.md). How models become assets is `orchestration/dbt_bridge.py`.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, cast

from otklik.home.errors import GateFailedError, OtklikError
from otklik.home.lake import read_run_settings
from otklik.home.lock import held_file
from otklik.home.settings import DBT_PROJECT_DIR, Home
from otklik.warehouse.dbt_args import CHOSEN, parse_args
from otklik.warehouse.proof import note_built

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest


# Several times what a busy machine needs to read the project.
_PARSING_SECONDS = 300
# Models that begin while dbt is broken off are broken off in turn.
_INTERRUPT_SECONDS = 0.2
# What dbt makes of the project's files, and nothing else: the same for every home.
_PARSED = ("manifest.json", "partial_parse.msgpack", "project_fingerprint")


def dbt_manifest(home: Home) -> dict[str, Any]:
    """The project's manifest as a mapping, parsed again only when a file of the project has changed.

    It is kept in the home, since an installed project may belong to somebody else, and in the folder
    `OTKLIK_PARSED_PROJECT`, where there is one: homes of one installation need not each parse the same files.
    """
    manifest = _read_manifest(home) if _is_fresh(home) else None
    if manifest is None:
        _parsed_manifest.cache_clear()  # what this process has parsed is not on disk, or is damaged there
        _stamp(home).unlink(missing_ok=True)
        _parsed_manifest(home)
        manifest = _read_manifest(home)
    if manifest is None:
        raise OtklikError(f"{home.dbt_target / 'manifest.json'} cannot be read although it was just written.")
    return manifest


def _read_manifest(home: Home) -> dict[str, Any] | None:
    with _held_target(home):
        try:
            manifest = json.loads((home.dbt_target / "manifest.json").read_bytes())
        except (ValueError, FileNotFoundError):
            return None
    return manifest if isinstance(manifest, dict) and "nodes" in manifest else None


def layer_of(node: Mapping[str, Any]) -> str:
    """Where a node of the manifest stands: seeds, staging, intermediate or marts."""
    return "seeds" if node["resource_type"] == "seed" else str(node["fqn"][1])


def domain_of(node: Mapping[str, Any]) -> str:
    """Marts and what leads to them are grouped by subject: incidents, communication, operations."""
    if node["resource_type"] == "source":
        return "sources"
    return "reference" if node["resource_type"] == "seed" else node["fqn"][2]


def mart_names(manifest: Mapping[str, Any]) -> list[str]:
    """Names of the marts, sorted."""
    models = (node for node in manifest["nodes"].values() if node["resource_type"] == "model")
    return sorted(node["name"] for node in models if layer_of(node) == "marts")


def _stamp(home: Home) -> Path:
    return home.dbt_target / "project_fingerprint"


def _is_fresh(home: Home) -> bool:
    stamp = _stamp(home)
    return stamp.exists() and stamp.read_text(encoding="utf-8") == _project_fingerprint()


@cache
def _project_fingerprint() -> str:
    """Of the files that dbt reads, and of what reads them."""
    digest = hashlib.sha256(" ".join(map(version, ("dbt-core", "dbt-duckdb"))).encode())
    for path in sorted(DBT_PROJECT_DIR.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(DBT_PROJECT_DIR).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


@cache
def _parsed_manifest(home: Home) -> "Manifest":
    """Dbt's own manifest object: handed to every invocation of this process, so that each skips parsing."""
    from dbt.cli.main import dbtRunner

    with _held_target(home), _environment(home):
        _take_shared(home)
        if (kept := _kept_manifest(home)) is not None:
            return kept
        result = dbtRunner().invoke(parse_args(DBT_PROJECT_DIR, home.dbt_target))
        if not result.success:
            raise OtklikError(f"dbt cannot read {DBT_PROJECT_DIR}: {result.exception}")
        _stamp(home).write_text(_project_fingerprint())
        _share(home)
    return cast("Manifest", result.result)


def _shared() -> Path | None:
    """Where homes share what was parsed of just these files; a name for each state of them, so nobody overwrites."""
    folder = os.environ.get("OTKLIK_PARSED_PROJECT")
    return Path(folder) / _project_fingerprint() if folder else None


def _take_shared(home: Home) -> None:
    if (shared := _shared()) is not None and shared.is_dir() and not _is_fresh(home):
        for name in _PARSED:  # the fingerprint last: without it the others count for nothing
            shutil.copyfile(shared / name, home.dbt_target / name)


def _share(home: Home) -> None:
    if (shared := _shared()) is None or shared.is_dir():
        return
    shared.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=shared.parent, prefix="."))
    for name in _PARSED:
        shutil.copyfile(home.dbt_target / name, made / name)
    with suppress(OSError):  # another process was first
        made.rename(shared)
    shutil.rmtree(made, ignore_errors=True)


def _kept_manifest(home: Home) -> "Manifest | None":
    """What dbt kept of an earlier reading of the same files; None where it has to read them.

    Dbt itself would read it too, but only in the folder where it was made: where a home lies is a variable of its
    profile, and nothing else of the project depends on that.
    """
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_mashumuro_decoder

    if not _is_fresh(home):
        return None
    try:
        packed = (home.dbt_target / "partial_parse.msgpack").read_bytes()
        manifest = Manifest.from_msgpack(packed, decoder=extended_mashumuro_decoder)
    except (OSError, ValueError, LookupError, TypeError):
        return None  # missing or damaged
    manifest.build_flat_graph()
    return manifest


def _held_target(home: Home) -> AbstractContextManager[object]:
    """One process at a time: dbt writes the manifest in place, and another process may be reading it."""
    lock = home.dbt_target / "lock"
    refused = (
        f"{lock}: another process has been reading the dbt project for {_PARSING_SECONDS} s; end it and run again."
    )
    return held_file(lock, refusal=lambda _: OtklikError(refused), wait_seconds=_PARSING_SECONDS)


@contextmanager
def _environment(home: Home) -> Iterator[None]:
    """Dbt reads its settings from the environment; give it ours for one invocation."""
    ours = {
        "OTKLIK_HOME": str(home.root),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DBT_LOG_PATH": str(home.dbt_target / "logs"),
    }
    before = {name: os.environ.get(name) for name in ours}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def invoke_dbt(home: Home, args: Sequence[str], chosen: Collection[str] = ()) -> list[dict[str, Any]]:
    """What `follow_dbt` tells, when all of it has been done."""
    return list(follow_dbt(home, args, chosen))


def follow_dbt(home: Home, args: Sequence[str], chosen: Collection[str] = ()) -> Iterator[dict[str, Any]]:
    """Run one dbt command on a home's warehouse, let go of the file, and note what is proven by it (`proof.py`).

    Dbt works in a thread of its own, so that whoever reads the events has each when it happens. Reading them to the end
    is what tells that it succeeded; whoever stops earlier interrupts it.

    Args:
        home: whose warehouse.
        args: a command line of `dbt_args`.
        chosen: names of the models, seeds and data tests that its `--select` means.

    Yields:
        dbt's log events above the level of debugging as mappings, in order.

    Raises:
        GateFailedError: every model was built, but a test of theirs failed.
        OtklikError: dbt failed otherwise; the message names the nodes and dbt's first line on each.
    """
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner
    from google.protobuf.json_format import MessageToDict

    told: SimpleQueue[dict[str, Any] | None] = SimpleQueue()

    def keep(event: Any) -> None:
        if event.info.level != "debug":
            told.put(MessageToDict(event, preserving_proto_field_name=True))

    manifest = _parsed_manifest(home)
    for node in manifest.nodes.values():
        node.tags = [tag for tag in node.tags if tag != CHOSEN] + [CHOSEN] * (node.name in chosen)
    runner = dbtRunner(manifest=manifest, callbacks=[keep])
    with ThreadPoolExecutor(1, "dbt") as thread, _environment(home):
        working = thread.submit(runner.invoke, list(args))
        working.add_done_callback(lambda _: told.put(None))
        try:
            while (event := told.get()) is not None:
                yield event
        finally:
            while not working.done():
                _interrupt()
                wait([working], timeout=_INTERRUPT_SECONDS)
            # dbt-duckdb keeps the file open until the process ends; readers between two steps need it free
            DuckDBConnectionManager.close_all_connections()
        result = working.result()
    _note(home, result)
    if not result.success:
        raise _failure(result)


def _interrupt() -> None:
    """Break off what the warehouse is doing for dbt: the model fails, and what reads it is skipped."""
    from dbt.adapters.factory import FACTORY

    for adapter in cast("Any", FACTORY).adapters.values():
        adapter.cancel_open_connections()


def _note(home: Home, result: Any) -> None:
    """Note which marts were built and which tests passed; after a failure too, for then the others are owed."""
    if result.exception is not None or not hasattr(result.result, "results"):
        return
    manifest = _parsed_manifest(home)
    done: dict[str, set[str]] = defaultdict(set)
    for one in result.result.results:
        done[str(one.status)].add(one.node.unique_id)
    built = done["success"]
    models = [manifest.nodes[one] for one in sorted(built) if one.startswith("model.")]
    touching = [
        node.unique_id
        for node in manifest.nodes.values()
        if node.unique_id.startswith("test.") and not built.isdisjoint(node.depends_on_nodes)
    ]
    settings = read_run_settings(home)
    note_built(
        home,
        built=[node.name for node in models if node.fqn[1] == "marts"],
        touching=touching,
        passed=done["pass"] | done["warn"],
        run_key=settings["run_key"],
        as_of=settings["as_of"].isoformat(),
    )


def _failure(result: Any) -> OtklikError:
    if result.exception is not None:
        return OtklikError(f"dbt: {result.exception}")
    bad = [one for one in result.result.results if one.status in ("error", "fail", "runtime error")]
    lines = [f"- {one.node.resource_type} {one.node.name}: {str(one.message).splitlines()[0]}" for one in bad]
    if all(one.node.resource_type == "test" for one in bad):
        return GateFailedError("Tests of the tables failed:\n" + "\n".join(lines))
    return OtklikError("dbt could not build:\n" + "\n".join(lines))
