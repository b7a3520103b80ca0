"""What an asset declares to depend on is what it reads."""

import re
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from data_quality.suites import gate_named
from orchestration import resources
from orchestration.definitions import build_defs
from orchestration.resources import AS_OF_TAG
from otklik.home.engine import text_literal
from otklik.home.settings import Home, Settings
from otklik.mending.mend import seal
from otklik.warehouse.dbt_project import dbt_manifest, layer_of
from tests.integration.conftest import END, Deployment
from tests.integration.recorded_reads import Reads, recorded_reads

# Declared and not read, but waited for.
WAITED_FOR = {
    # The ties have a gate, and whatever is made of the same messages stands behind it.
    "enriched/communication_level": {"intermediate/int_tie"},
    "enriched/group_event": {"intermediate/int_tie"},
    "enriched/leader_score": {"intermediate/int_tie"},
    "enriched/loyalty": {"intermediate/int_tie"},
    "enriched/preference": {"intermediate/int_tie"},
    # Every run looks at the reference tables before its first asset, so who reads them cannot be told here.
    "enriched/post_label": {"reference/municipality"},
    "enriched/post_place": {"reference/municipality"},
    # Words are dropped once they were read.
    "restricted/message_text_retention": {"enriched/message_label", "enriched/leak_scan"},
}
# dbt reads what its SQL refers to, ingestion what stands outside of the home.
OTHERS = {"seeds", "staging", "intermediate", "marts", "raw"}


@pytest.fixture(scope="module")
def mine(published: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    """The region's home with every view made a table, so that files opened are those that the code itself asks for.

    Of posts there are few in a file, so that a model of topics is trained soon.
    """
    mine = published.copy(tmp_path_factory.mktemp("lineage"))
    with duckdb.connect(str(mine.home / "warehouse.duckdb")) as connection:
        connection.execute(f"set file_search_path = {text_literal(mine.home)}; set TimeZone = 'UTC'")
        views = connection.execute("select schema_name, view_name from duckdb_views() where not internal").fetchall()
        for schema, name in views:
            connection.execute(f"create table {schema}.made as from {schema}.{name}; drop view {schema}.{name}")
            connection.execute(f"alter table {schema}.made rename to {name}")
        for path in mine.home.glob("lake/raw/post/*/*.parquet"):
            rows = f"select * from read_parquet({text_literal(path)}, hive_partitioning = false) limit 100"
            connection.execute(f"create or replace temp table few as {rows}; copy few to {text_literal(path)}")
    # what was changed above is no damage
    seal(Home(mine.home))
    return mine


def asset_of(path: Path) -> str | None:
    """The asset whose file this is; None for what runs, gates and the home keep for themselves.

    A run looks at the empty typed file of every dataset before it begins. Snapshots are of earlier runs, which a run
    compares itself with.
    """
    if path.name == "_empty.parquet":
        return None
    match path.parts:
        case ["lake", "enriched", table, _]:
            return f"enriched/{table}"
        case ["lake", "raw", entity, source, _]:
            return f"raw/{source.removeprefix('source=')}/{entity}"
        case ["restricted", "message_text", source, _]:
            return f"raw/{source.removeprefix('source=')}/message"
        case ["models", "topic", _]:
            return "models/topic"
    return None


def test_assets_declare_what_they_read(mine: Deployment, monkeypatch: pytest.MonkeyPatch):
    # every run looks at all files for damage, before its first asset and after its last
    monkeypatch.setattr(resources, "mend_home", lambda *_: [])
    monkeypatch.setattr(resources, "seal", lambda _: None)
    home = Home(mine.home)
    layers = {node["name"]: layer_of(node) for node in dbt_manifest(home)["nodes"].values()}
    definitions = build_defs(Settings(home, (mine.sources,)))
    graph = definitions.resolve_asset_graph()
    known = {key.to_user_string() for key in graph.get_all_asset_keys()}

    def read(asset: dg.AssetsDefinition, keys: set[dg.AssetKey]) -> set[str]:
        reads = _materialized(mine.home, definitions, asset, keys)
        tables = {f"{layers[name]}/{name}" for name in reads.tables if name in layers}
        return known & (tables | {asset_of(path) for path in reads.files}) - {key.to_user_string() for key in keys}

    wrong = []
    # publishing asks every gate again, whatever it looks at
    others = OTHERS | {"published"}
    ours = [asset for asset in definitions.assets if not others & {key.path[0] for key in asset.keys}]
    # a model is trained first, for there to be one to read
    for asset in sorted(ours, key=lambda asset: "models" not in {key.path[0] for key in asset.keys}):
        for keys in [{key} for key in asset.keys] if asset.can_subset else [asset.keys]:
            names = {key.to_user_string() for key in keys}
            declared = {dep.to_user_string() for key in keys for dep in graph.get(key).parent_keys}
            expected = declared - set().union(*(WAITED_FOR.get(name, ()) for name in names))
            found = read(asset, keys)
            wrong += [f"{', '.join(sorted(names))} reads {name}: declare it" for name in found - expected]
            wrong += [f"{', '.join(sorted(names))} declares {name} and does not read it" for name in expected - found]
    assert not wrong, "\n".join(sorted(wrong))


def _materialized(home: Path, definitions: dg.Definitions, asset: dg.AssetsDefinition, keys: set[dg.AssetKey]) -> Reads:
    with dg.DagsterInstance.ephemeral() as instance, recorded_reads(home) as reads:
        result = dg.materialize(
            [asset],
            selection=sorted(keys),
            instance=instance,
            resources=definitions.resources,
            tags={AS_OF_TAG: END.isoformat()},
        )
    assert result.success
    return reads


def test_gates_stand_behind_what_they_read(published: Deployment):
    home = Home(published.home)
    layers = {node["name"]: layer_of(node) for node in dbt_manifest(home)["nodes"].values()}
    definitions = build_defs(Settings(home, (published.sources,)))
    graph = definitions.resolve_asset_graph()
    known = {key.to_user_string() for key in graph.get_all_asset_keys()}
    wrong = []
    for check in definitions.asset_checks or ():
        (spec,) = check.check_specs
        name = spec.name.removeprefix("gate_")
        selection = {"source": spec.asset_key.path[1], "entity": spec.asset_key.path[2]} if name == "raw" else {}
        gate = gate_named(name, **selection)
        files = {found for suite in gate.suites for found in re.findall(r"lake/(enriched/\w+)/", suite.query)}
        behind = {spec.asset_key, *(dep.asset_key for dep in spec.additional_deps)}
        done = {key.to_user_string() for key in behind.union(*(graph.get_ancestor_asset_keys(key) for key in behind))}
        read = known & (files | {f"{layers[relation]}/{relation}" for relation in gate.relations})
        wrong += [f"gate {name} reads {one}, which may not be there yet" for one in read - done]
    assert not wrong, "\n".join(sorted(wrong))
