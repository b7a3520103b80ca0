"""The graph of assets is a contract: a change of it is seen in review. Accept one with `make accept`."""

import shutil
from pathlib import Path

import dagster as dg

from orchestration.definitions import build_defs
from otklik.home.settings import Home, Settings

ROOT = Path(__file__).parents[2]


def _described(published):
    definitions = build_defs(Settings(Home(published.home), (published.sources,)))
    graph = definitions.resolve_asset_graph()
    lines = []
    for key in sorted(graph.get_all_asset_keys(), key=lambda key: key.path):
        node = graph.get(key)
        deps = sorted(dep.to_user_string() for dep in node.parent_keys)
        gates = sorted(check.name for check in node.check_keys if check.name.startswith("gate_"))
        lines.append(f"{key.to_user_string()} [{node.group_name}] <- {', '.join(deps)} {gates or ''}".rstrip())
    return lines


def test_assets_groups_dependencies_and_gates_are_as_agreed(published, snapshot):
    assert _described(published) == snapshot


def test_every_asset_has_an_owner_a_group_a_kind_and_a_description(published):
    definitions = build_defs(Settings(Home(published.home), (published.sources,)))
    graph = definitions.resolve_asset_graph()
    lacking = [
        key.to_user_string()
        for key in graph.get_all_asset_keys()
        if not (
            graph.get(key).owners and graph.get(key).group_name and graph.get(key).kinds and graph.get(key).description
        )
    ]
    assert lacking == []


def test_jobs_schedules_and_sensors_are_there(published):
    repository = build_defs(Settings(Home(published.home), (published.sources,))).get_repository_def()
    assert {job.name for job in repository.get_all_jobs()} >= {
        "refresh",
        "ingest",
        "annotate",
        "communication",
        "publish",
    }
    assert [schedule.name for schedule in repository.schedule_defs] == ["daily_refresh"]
    assert [sensor.name for sensor in repository.sensor_defs] == [
        *("dead_runs", "failed_runs", "new_files", "overdue_incidents")
    ]


def test_schedules_start_by_the_clock_of_the_sources_file(published):
    repository = build_defs(Settings(Home(published.home), (published.sources,))).get_repository_def()
    (schedule,) = repository.schedule_defs
    assert schedule.execution_timezone == "Europe/Samara"


def test_the_ui_shows_where_each_asset_is_written(published):
    graph = build_defs(Settings(Home(published.home), (published.sources,))).resolve_asset_graph()

    def written(*path):
        (reference,) = graph.get(dg.AssetKey(list(path))).metadata["dagster/code_references"].code_references
        return Path(reference.file_path).relative_to(ROOT).as_posix(), reference.line_number

    assert written("marts", "fct_post") == ("dbt_project/models/marts/incidents/fct_post.sql", None)
    for path in (("raw", "wall", "post"), ("published", "snapshot"), ("enriched", "role")):
        file, line = written(*path)
        assert file.startswith("orchestration/assets/")
        assert "@" in (ROOT / file).read_text(encoding="utf-8").splitlines()[line - 1]
    assert all("dagster/code_references" in graph.get(key).metadata for key in graph.materializable_asset_keys)


def test_raw_loads_and_the_snapshot_are_to_be_made_every_day(published):
    graph = build_defs(Settings(Home(published.home), (published.sources,))).resolve_asset_graph()
    fresh = {key for key in graph.materializable_asset_keys if graph.get(key).freshness_policy is not None}
    raw = {key for key in graph.materializable_asset_keys if key.path[0] == "raw"}
    assert fresh == {*raw, dg.AssetKey(["published", "snapshot"])}


def test_failed_runs_are_told_once_and_all_in_one_message(published, tmp_path, caplog):
    mine = published.copy(tmp_path)
    with mine.sources.open("a", encoding="utf-8") as file:
        file.write("\nalerts: {targets: {duty: {kind: log}}}\n")
    definitions = build_defs(Settings(Home(mine.home), (mine.sources,)))
    sensor = definitions.get_repository_def().get_sensor_def("failed_runs")
    with dg.DagsterInstance.ephemeral() as instance:

        def tick(cursor):
            return sensor.evaluate_tick(dg.build_sensor_context(instance=instance, cursor=cursor))

        begun = tick(None)
        assert tick(begun.cursor).skip_message == "No run has failed."
        shutil.rmtree(mine.home / "vault")  # every run stops there
        job = definitions.resolve_job_def("refresh")
        ids = []
        for key in ("raw/wall/post", "raw/portal/post"):
            selected = [dg.AssetKey(key.split("/"))]
            result = job.execute_in_process(instance=instance, raise_on_error=False, asset_selection=selected)
            assert not result.success
            ids.append(result.run_id)
        told = tick(begun.cursor)
        assert told.skip_message == "2 failed runs were told to duty."
        assert all(run_id in caplog.text for run_id in ids)
        assert "Прогон refresh не завершён" in caplog.text
        assert tick(told.cursor).skip_message == "No run has failed."


def test_the_sensor_asks_for_one_run_per_state_of_the_inbox(published, tmp_path):
    mine = published.copy(tmp_path)
    repository = build_defs(Settings(Home(mine.home), (mine.sources,))).get_repository_def()
    sensor = repository.get_sensor_def("new_files")
    with dg.DagsterInstance.ephemeral() as instance:

        def tick(cursor):
            context = dg.build_sensor_context(instance=instance, cursor=cursor, repository_def=repository)
            return sensor.evaluate_tick(context)

        first = tick(None)
        assert len(first.run_requests) == 1
        assert tick(first.cursor).run_requests == []
        (mine.sources.parent / "social" / "wall_99.jsonl").write_text("{}\n", encoding="utf-8")
        assert len(tick(first.cursor).run_requests) == 1


def test_the_alert_sensor_tells_a_snapshot_once(published, tmp_path, caplog):
    mine = published.copy(tmp_path)
    with mine.sources.open("a", encoding="utf-8") as file:
        file.write("\nalerts: {targets: {duty: {kind: log}}}\n")
    repository = build_defs(Settings(Home(mine.home), (mine.sources,))).get_repository_def()
    sensor = repository.get_sensor_def("overdue_incidents")
    with dg.DagsterInstance.ephemeral() as instance:

        def tick(cursor):
            context = dg.build_sensor_context(instance=instance, cursor=cursor, repository_def=repository)
            return sensor.evaluate_tick(context)

        first = tick(None)
        ((count,),) = published.query("select count(*) from escalation")
        assert count > 0
        assert first.skip_message == f"duty: told of {count:,} incidents"
        assert "уровень" in caplog.text
        assert tick(first.cursor).skip_message == "The snapshot in force was told."
