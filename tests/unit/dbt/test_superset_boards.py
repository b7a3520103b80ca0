"""Superset's datasets, charts and boards are made of what dbt declares, and say nothing of their own."""

from ruamel.yaml import YAML

from otklik.publishing.mart_contracts import Surface, mart_contracts
from otklik.warehouse.metrics import metrics
from otklik.warehouse.superset import FOLDER, assets
from tests.unit.dbt import dbt_files

FILES = {path: YAML(typ="safe").load(text) for path, text in assets().items()}
DATASETS = {content["table_name"]: content for path, content in FILES.items() if path.startswith("datasets/")}
CHARTS = [content for path, content in FILES.items() if path.startswith("charts/")]


def test_the_committed_folder_is_written_from_metrics_contracts_and_boards():
    committed = {path.relative_to(FOLDER).as_posix(): path.read_text() for path in FOLDER.rglob("*.yaml")}
    assert committed == assets(), "run `make accept` and read the difference"


def test_there_are_a_morning_an_authority_and_a_communication_board():
    titles = [content["dashboard_title"] for path, content in FILES.items() if path.startswith("dashboards/")]
    assert sorted(titles) == ["Отклик. Общение", "Отклик. Органы", "Отклик. Утро"]


def test_every_metric_of_a_dataset_is_the_published_one_under_its_russian_label():
    told = {
        one["metric_name"]: (table, one["expression"], one["verbose_name"])
        for table, dataset in DATASETS.items()
        for one in dataset["metrics"]
    }
    defined = {
        one.metric_code: (one.table_name, one.sql_expression, one.label_ru)
        for one in metrics()
        if one.table_name in DATASETS
    }
    assert told == defined


def test_a_dataset_has_the_columns_of_the_analysts_surface_and_names_of_its_dimensions():
    published = {
        mart.name: {column.name for column in mart.columns}
        for mart in mart_contracts(dbt_files.manifest())
        if mart.surface is Surface.ANALYST
    }
    added = {
        table: {column["column_name"] for column in dataset["columns"]} ^ published[table]
        for table, dataset in DATASETS.items()
    }
    assert {table: columns for table, columns in added.items() if columns} == {
        "fct_history_daily": {"authority_name", "municipality_name"},
        "fct_incident": {"authority_name", "municipality_name", "topic_ru"},
        "fct_reply": {"authority_name"},
    }


def test_what_boards_group_by_has_a_russian_header():
    headers = {
        (dataset["uuid"], column["column_name"]): column["verbose_name"]
        for dataset in DATASETS.values()
        for column in dataset["columns"]
    }
    without = [
        (chart["slice_name"], name)
        for chart in CHARTS
        for name in (
            *chart["params"].get("groupby", []),
            *chart["params"].get("all_columns", []),
            *([chart["params"]["x_axis"]] if "x_axis" in chart["params"] else []),
        )
        if headers[chart["dataset_uuid"], name] is None
    ]
    assert without == []
