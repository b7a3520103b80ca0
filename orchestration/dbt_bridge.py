"""dbt inside the Dagster process: the manifest, how models become assets, and the step that builds them.

dbt runs in-process through its own runner: importing it once and parsing once is what keeps a small run short
(docs/decisions/0004-dbt-in-process.md). The events it emits are turned into Dagster events by dagster-dbt.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, dbt_assets

from orchestration.dbt_args import build_args, parse_args
from orchestration.errors import GateFailedError, OtklikError
from orchestration.resources import RunResource
from orchestration.settings import DBT_PROJECT_DIR, Home
from orchestration.sources.configuration import Configuration

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

_TARGET = DBT_PROJECT_DIR / "target"
# The manifest must not depend on a home, and dbt parses everything anew when a variable of the profile changes.
_NO_HOME = "/home-is-known-at-run-time"


class OtklikTranslator(DagsterDbtTranslator):
    """Names, groups and owners of dbt models as assets; a source of the raw lake becomes the assets that feed it."""

    def __init__(self, configuration: Configuration) -> None:
        super().__init__()
        self._configuration = configuration

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: Any) -> dg.AssetSpec:
        """The default spec with our key, group, owner, and raw dependencies spread over the configured sources."""
        node = {**manifest["nodes"], **manifest["sources"]}[unique_id]
        spec = super().get_asset_spec(manifest, unique_id, project)
        deps = [dep for one in spec.deps for dep in self._fed_by(one)]
        domain = _domain(node)
        return spec.replace_attributes(deps=deps, group_name=domain, owners=[f"team:{domain}"])

    def get_asset_check_spec(
        self, asset_spec: dg.AssetSpec, manifest: Mapping[str, Any], unique_id: str, project: Any
    ) -> dg.AssetCheckSpec | None:
        """Tests of marts are Dagster checks. The others run as well and stop the run when they fail.

        Each check costs a run about a tenth of a second of bookkeeping, and two hundred hide the ones people look for.
        """
        if asset_spec.key.path[0] != "marts":
            return None
        return super().get_asset_check_spec(asset_spec, manifest, unique_id, project)

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """`<layer>/<model>`; a source carries its key in `meta.dagster.asset_key`."""
        if dbt_resource_props["resource_type"] == "source":
            return super().get_asset_key(dbt_resource_props)
        return dg.AssetKey([_layer(dbt_resource_props), dbt_resource_props["name"]])

    def _fed_by(self, dep: dg.AssetDep) -> Iterator[dg.AssetDep]:
        match dep.asset_key.path:
            case ["raw", entity]:
                for source in self._configuration.feeding(entity):
                    yield dg.AssetDep(dg.AssetKey(["raw", source, entity]))
            case ["ledger", _]:
                for fed in self._configuration.sources.values():
                    for entity in fed.entities:
                        yield dg.AssetDep(dg.AssetKey(["raw", fed.name, entity]))
            case ["run" | "gates", _]:
                return  # written by every run and every gate, not materialised by an asset
            case _:
                yield dep


def _layer(node: Mapping[str, Any]) -> str:
    return "seeds" if node["resource_type"] == "seed" else node["fqn"][1]


def _domain(node: Mapping[str, Any]) -> str:
    """Marts and what leads to them are grouped by subject: incidents, communication, operations."""
    if node["resource_type"] == "source":
        return "sources"
    return "reference" if node["resource_type"] == "seed" else node["fqn"][2]


def dbt_manifest() -> dict[str, Any]:
    """The project's manifest as a mapping, parsed again only when a project file has changed."""
    path, stamp = _TARGET / "manifest.json", _TARGET / "project_fingerprint"
    if not path.exists() or not stamp.exists() or stamp.read_text() != _project_fingerprint():
        _parsed_manifest()
    with _held_target():
        return json.loads(path.read_text(encoding="utf-8"))


def mart_keys(manifest: Mapping[str, Any]) -> list[dg.AssetKey]:
    """Asset keys of the marts, sorted."""
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    return [dg.AssetKey(["marts", name]) for name in sorted(node["name"] for node in models if _layer(node) == "marts")]


def _project_fingerprint() -> str:
    digest = hashlib.sha256()
    for path in sorted(DBT_PROJECT_DIR.rglob("*")):
        if path.is_file() and not {"target", "logs"} & set(path.parts):
            digest.update(path.relative_to(DBT_PROJECT_DIR).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


@cache
def _parsed_manifest() -> "Manifest":
    """Dbt's own manifest object: handed to every invocation of this process, so that each skips parsing."""
    from dbt.cli.main import dbtRunner

    fingerprint = _project_fingerprint()
    with _held_target(), _environment(_NO_HOME):
        result = dbtRunner().invoke(parse_args(DBT_PROJECT_DIR))
        if not result.success:
            raise OtklikError(f"dbt cannot read {DBT_PROJECT_DIR}: {result.exception}")
        (_TARGET / "project_fingerprint").write_text(fingerprint)
    return cast("Manifest", result.result)


@contextmanager
def _held_target() -> Iterator[None]:
    """One process at a time: dbt writes the manifest in place, and another home's run may be reading it."""
    _TARGET.mkdir(exist_ok=True)
    with (_TARGET / "lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def _environment(home: str) -> Iterator[None]:
    """Dbt reads its settings from the environment; give it ours for one invocation."""
    ours = {"OTKLIK_HOME": home, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DBT_LOG_PATH": f"{home}/dbt/logs"}
    if home == _NO_HOME:
        ours["DBT_LOG_PATH"] = str(DBT_PROJECT_DIR / "logs")
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


def invoke_dbt(home: Home, args: Sequence[str]) -> list[dict[str, Any]]:
    """Run one dbt command on a home's warehouse and let go of the file.

    Returns:
        dbt's log events above the level of debugging as mappings, in order.

    Raises:
        GateFailedError: every model was built, but a test of theirs failed.
        OtklikError: dbt failed otherwise; the message names the nodes and dbt's first line on each.
    """
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner
    from google.protobuf.json_format import MessageToDict

    events: list[dict[str, Any]] = []

    def keep(event: Any) -> None:
        if event.info.level != "debug":
            events.append(MessageToDict(event, preserving_proto_field_name=True))

    runner = dbtRunner(manifest=_parsed_manifest(), callbacks=[keep])
    try:
        with _environment(str(home.root)):
            result = runner.invoke(list(args))
    finally:
        # dbt-duckdb keeps the file open until the process ends; readers between two steps need it free
        DuckDBConnectionManager.close_all_connections()
    if not result.success:
        raise _failure(result)
    return events


def _failure(result: Any) -> OtklikError:
    if result.exception is not None:
        return OtklikError(f"dbt: {result.exception}")
    bad = [one for one in result.result.results if one.status in ("error", "fail", "runtime error")]
    lines = [f"- {one.node.resource_type} {one.node.name}: {str(one.message).splitlines()[0]}" for one in bad]
    if all(one.node.resource_type == "test" for one in bad):
        return GateFailedError("Tests of the tables failed:\n" + "\n".join(lines))
    return OtklikError("dbt could not build:\n" + "\n".join(lines))


class DbtConfig(dg.Config):
    """Run options of a dbt step."""

    full_refresh: bool = False


# What SQL says of facts and labels, then what the Python stage in between feeds: scores, groups, bursts, judged
# replies. Two definitions and not one that Dagster splits: the steps are the same in every run, and every test has a
# step after which its tables are all there.
DBT_STEPS = ("dbt_facts", "dbt_inferences")
_INFERRED_TABLES = (
    *("leader_score", "interest_group", "group_release", "role", "group_event"),
    *("preference", "loyalty", "communication_level"),
    *("burst", "formal_reply", "municipality_rank"),
)
_INFERENCES = " ".join(f"source:enriched.{table}+" for table in _INFERRED_TABLES)


def models_of_step(manifest: Mapping[str, Any], step: str) -> list[str]:
    """Names of the models and seeds that a dbt step builds, sorted: for whoever runs one without Dagster.

    Args:
        manifest: the project's manifest.
        step: one of DBT_STEPS.
    """
    found: set[str] = set()
    fed = [
        id_
        for id_, node in manifest["sources"].items()
        if node["source_name"] == "enriched" and node["name"] in _INFERRED_TABLES
    ]
    while fed:
        for child in manifest["child_map"][fed.pop()]:
            if child not in found:
                found.add(child)
                fed.append(child)
    is_late = DBT_STEPS.index(step) == 1
    nodes = manifest["nodes"].items()
    return sorted(
        node["name"] for id_, node in nodes if node["resource_type"] in ("model", "seed") and (id_ in found) == is_late
    )


def build_dbt_assets(configuration: Configuration) -> list[dg.AssetsDefinition]:
    """All models as two asset definitions, around the Python stage between them."""
    translator = OtklikTranslator(configuration)
    return [
        _dbt_step(DBT_STEPS[0], translator, exclude=_INFERENCES, indirect_selection="buildable"),
        _dbt_step(DBT_STEPS[1], translator, select=_INFERENCES, indirect_selection="eager"),
    ]


def _dbt_step(
    name: str,
    translator: OtklikTranslator,
    *,
    indirect_selection: str,
    select: str = "fqn:*",
    exclude: str | None = None,
) -> dg.AssetsDefinition:
    from dagster_dbt.core.dbt_cli_event import DbtCoreCliEventMessage

    manifest = dbt_manifest()

    @dbt_assets(
        manifest=manifest,
        dagster_dbt_translator=translator,
        name=name,
        select=select,
        exclude=exclude,
        pool="duckdb_writer",  # one writer: dagster.yaml sets the pool's limit to 1
    )
    def step(context: dg.AssetExecutionContext, config: DbtConfig, run: RunResource) -> Iterator[Any]:
        """Build the selected models and test them."""
        args = build_args(
            DBT_PROJECT_DIR,
            run.home.dbt_target,
            [key.path[-1] for key in context.selected_asset_keys],
            indirect_selection=indirect_selection,
            is_full_refresh=config.full_refresh,
        )
        for event in invoke_dbt(run.home, args):
            message = DbtCoreCliEventMessage(raw_event=event, event_history_metadata={})
            for outcome in message.to_default_asset_events(
                manifest=manifest, dagster_dbt_translator=translator, context=context, target_path=run.home.dbt_target
            ):
                # a passed test that is no check would be an observation: one more event that says nothing
                if not isinstance(outcome, dg.AssetObservation):
                    yield outcome

    return step
