"""However the data came in, the published tables are the same."""

import json
import shutil

import pytest

# What was said before is no consequence of the deliveries: which public cell tells a fact, what earlier snapshots said.
REMEMBERED = ("history", "enriched/public_incident_cell", "enriched/public_post_cell")


def _hashes(deployment, *, but=("meta_load", "meta_freshness", "meta_gate_result")):
    """Content hash of every mart. Operational tables tell how the data came in, so they may differ."""
    marts = deployment.marts
    return {name: entry["sha256"] for name, entry in marts.items() if name not in but}


@pytest.fixture(scope="module")
def grown(published, tmp_path_factory):
    """The region one post later: an incremental run on top of the first one."""
    mine = published.copy(tmp_path_factory.mktemp("grown"))
    wall = sorted((mine.sources.parent / "social").glob("wall_*.jsonl"))[-1]
    lines = [json.loads(line) for line in wall.read_text(encoding="utf-8").splitlines() if line.startswith("{")]
    extra = lines[0] | {"id": 10_000_001, "text": "Опять не вывезли мусор, контейнеры переполнены."}
    late = wall.with_name("wall_9.jsonl")
    late.write_text(json.dumps(extra, ensure_ascii=False) + "\n", encoding="utf-8")
    assert mine.run()["status"] == "published"
    assert _hashes(mine) != _hashes(published)
    return mine


def test_a_lake_and_tables_rebuilt_from_the_deliveries_give_the_bytes_of_the_incremental_run(grown):
    incremental = _hashes(grown)
    lake, aside = grown.home / "lake", grown.home.parent / "remembered"
    for name in REMEMBERED:
        (aside / name).parent.mkdir(parents=True, exist_ok=True)
        (lake / name).rename(aside / name)
    shutil.rmtree(lake)
    shutil.copytree(aside, lake)
    summary = grown.run("--full-refresh")
    assert summary["status"] == "unchanged"
    assert "dbt_facts" in {stage["name"] for stage in summary["stages"]}
    assert _hashes(grown) == incremental
