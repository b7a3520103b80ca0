"""Datasets, charts and boards of Apache Superset, written from what dbt declares.

`python -m otklik.warehouse.superset` (`make accept`) writes `bi/superset/` from `bi/boards.yml`; a test holds the
folder to it. A dataset is a mart: its columns are those of the mart's contract, its metrics those of `metrics.yml`.
Where a mart refers to a dimension (a `relationships` test says so), the dataset has that dimension's Russian name too.
The ids are UUIDs of the names, so that importing again replaces rather than adds.
"""

import re
import shutil
from collections.abc import Iterator, Mapping
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import LiteralScalarString

from otklik.home.errors import OtklikError
from otklik.home.settings import DBT_PROJECT_DIR, PACKAGES_DIR
from otklik.warehouse.metrics import Metric, metrics

BOARDS = PACKAGES_DIR / "bi" / "boards.yml"
FOLDER = PACKAGES_DIR / "bi" / "superset"
DATABASE = "Otklik"

# Dimension → its name for people, and how that column is called beside a fact.
_NAMES = {
    "dim_authority": ("name", "authority_name"),
    "dim_municipality": ("name", "municipality_name"),
    "dim_topic": ("topic_ru", "topic_ru"),
}
_VISUALS = {
    "figure": "big_number_total",
    "line": "echarts_timeseries_line",
    "bar": "echarts_timeseries_bar",
    "table": "table",
}
_FIGURE_WIDTH, _WIDE = 3, 6
_COLUMNS_OF_A_ROW = 12


def assets() -> dict[str, str]:
    """Path below `bi/superset/` → text of the file.

    Raises:
        OtklikError: a chart names a table, column, metric or kind of chart that is not declared.
    """
    declared = YAML(typ="safe").load(BOARDS)
    marts = {
        model["name"]: model
        for path in sorted((DBT_PROJECT_DIR / "models" / "marts").rglob("*.yml"))
        for model in YAML(typ="safe").load(path)["models"]
    }
    by_table: dict[str, list[Metric]] = {}
    for metric in metrics():
        by_table.setdefault(metric.table_name, []).append(metric)
    tables = sorted({chart["table"] for board in declared["boards"] for chart in board["charts"]})
    datasets = {
        table: _dataset(_known(marts, table, "table"), by_table.get(table, []), declared["columns"]) for table in tables
    }
    files: dict[str, Any] = {
        "metadata.yaml": {"version": "1.0.0", "type": "assets", "timestamp": "2026-01-01T00:00:00+00:00"},
        f"databases/{DATABASE}.yaml": _database(),
    }
    files |= {f"datasets/{DATABASE}/{table}.yaml": dataset for table, dataset in datasets.items()}
    for board in declared["boards"]:
        charts = [_chart(chart, board["slug"], datasets) for chart in board["charts"]]
        files |= {f"charts/{board['slug']}_{n:02}.yaml": chart for n, chart in enumerate(charts, 1)}
        files[f"dashboards/{board['slug']}.yaml"] = _board(board, charts)
    return {path: _text(content) for path, content in sorted(files.items())}


def _known(of: Mapping[str, Any], name: str, what: str) -> Any:
    if name not in of:
        raise OtklikError(f"{BOARDS.name}: {what} {name!r} is not declared; there are {', '.join(sorted(of))}.")
    return of[name]


def _id(*names: str) -> str:
    return str(uuid5(NAMESPACE_URL, "/".join(("otklik", "superset", *names))))


def _database() -> dict[str, Any]:
    # Whoever imports names the file; each query opens it anew and so reads the snapshot in force.
    return {
        "database_name": DATABASE,
        "sqlalchemy_uri": "duckdb:////srv/otklik/published/current/analyst/otklik.duckdb?access_mode=read_only",
        "expose_in_sqllab": True,
        "allow_run_async": False,
        "allow_ctas": False,
        "allow_cvas": False,
        "allow_dml": False,
        "extra": {},
        "uuid": _id("database"),
        "version": "1.0.0",
    }


def _dataset(model: Mapping[str, Any], of_table: list[Metric], headers: Mapping[str, str]) -> dict[str, Any]:
    columns = [_column(column, headers) for column in model["columns"] if _is_published(column)]
    own = {column["column_name"] for column in columns}
    joins = [join for join in _dimensions(model) if join[2] not in own]
    columns += [
        _column({"name": name, "data_type": "VARCHAR", "description": f"Name from {dimension}."}, headers)
        for _, dimension, name in joins
    ]
    return {
        "table_name": model["name"],
        "main_dttm_col": next((column["column_name"] for column in columns if column["is_dttm"]), None),
        "description": model["description"],
        "schema": "main",
        "sql": LiteralScalarString(_joined(model["name"], joins)) if joins else None,
        "metrics": [
            {
                "metric_name": metric.metric_code,
                "verbose_name": metric.label_ru,
                "metric_type": None,
                "expression": metric.sql_expression,
                "description": metric.formula,
                "d3format": ".1%" if metric.unit == "share" else ",.0f" if metric.unit != "hours" else ",.1f",
            }
            for metric in of_table
        ],
        "columns": columns,
        "uuid": _id("dataset", model["name"]),
        "database_uuid": _id("database"),
        "version": "1.0.0",
    }


def _is_published(column: Mapping[str, Any]) -> bool:
    """Whether the analysts' surface has the column."""
    return column["config"]["meta"]["audience"] in ("public", "analyst")


def _column(column: Mapping[str, Any], headers: Mapping[str, str]) -> dict[str, Any]:
    return {
        "column_name": column["name"],
        "verbose_name": headers.get(column["name"]),
        "is_dttm": column["data_type"].startswith(("DATE", "TIMESTAMP")),
        "is_active": True,
        "type": column["data_type"],
        "groupby": True,
        "filterable": True,
        "expression": None,
        "description": column["description"],
    }


def _dimensions(model: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Key, dimension, name beside the fact: once a dimension, by the column that is called as the dimension's key."""
    for column in model["columns"]:
        for test in column.get("data_tests", ()):
            if not isinstance(test, Mapping) or "relationships" not in test:
                continue
            arguments = test["relationships"]["arguments"]
            found = re.fullmatch(r"ref\('(\w+)'\)", arguments["to"])
            if found and found[1] in _NAMES and arguments["field"] == column["name"]:
                yield column["name"], found[1], _NAMES[found[1]][1]


def _joined(table: str, joins: list[tuple[str, str, str]]) -> str:
    names = "".join(f", {dimension}.{_NAMES[dimension][0]} as {name}" for _, dimension, name in joins)
    tables = "".join(f"\nleft join {dimension} on {dimension}.{key} = {table}.{key}" for key, dimension, _ in joins)
    return f"select {table}.*{names}\nfrom {table}{tables}"


def _chart(chart: Mapping[str, Any], slug: str, datasets: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    dataset = datasets[chart["table"]]
    columns = {column["column_name"]: column for column in dataset["columns"]}
    codes = {metric["metric_name"]: metric for metric in dataset["metrics"]}
    for name in (*chart.get("by", ()), *chart.get("columns", ())):
        _known(columns, name, f"{chart['name']}: column")
    for code in chart.get("metrics", ()):
        _known(codes, code, f"{chart['name']}: metric")
    visual = _known(_VISUALS, chart["type"], f"{chart['name']}: type")
    return {
        "slice_name": chart["name"],
        "description": None,
        "viz_type": visual,
        "params": _parameters(chart, visual, codes),
        "cache_timeout": 0,
        "uuid": _id("chart", slug, chart["name"]),
        "dataset_uuid": dataset["uuid"],
        "version": "1.0.0",
    }


def _parameters(chart: Mapping[str, Any], visual: str, codes: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    parameters: dict[str, Any] = {"viz_type": visual, "row_limit": 1000}
    if "where" in chart:
        parameters["adhoc_filters"] = [
            {"clause": "WHERE", "expressionType": "SQL", "sqlExpression": chart["where"], "subject": None}
        ]
    if chart["type"] == "figure":
        (code,) = chart["metrics"]
        return parameters | {"metric": code, "y_axis_format": codes[code]["d3format"]}
    if "columns" in chart:
        return parameters | {"query_mode": "raw", "all_columns": list(chart["columns"])}
    if chart["type"] == "table":
        return parameters | {
            "query_mode": "aggregate",
            "groupby": list(chart["by"]),
            "metrics": list(chart["metrics"]),
            "timeseries_limit_metric": chart["metrics"][0],
            "order_desc": True,
            "column_config": {code: {"d3NumberFormat": codes[code]["d3format"]} for code in chart["metrics"]},
        }
    (axis,) = chart["by"]
    shape = {"time_grain_sqla": "P1D"} if chart["type"] == "line" else {"orientation": "horizontal"}
    return parameters | shape | {"x_axis": axis, "metrics": list(chart["metrics"]), "groupby": [], "show_legend": True}


def _board(board: Mapping[str, Any], charts: list[dict[str, Any]]) -> dict[str, Any]:
    position: dict[str, Any] = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
        "GRID_ID": {"type": "GRID", "id": "GRID_ID", "children": [], "parents": ["ROOT_ID"]},
        "HEADER_ID": {"type": "HEADER", "id": "HEADER_ID", "meta": {"text": board["title"]}},
    }
    for number, row in enumerate(_rows(charts), 1):
        row_id = f"ROW-{number}"
        position["GRID_ID"]["children"].append(row_id)
        position[row_id] = {
            "type": "ROW",
            "id": row_id,
            "children": [f"CHART-{chart['uuid']}" for chart in row],
            "parents": ["ROOT_ID", "GRID_ID"],
            "meta": {"background": "BACKGROUND_TRANSPARENT"},
        }
        for chart in row:
            position[f"CHART-{chart['uuid']}"] = {
                "type": "CHART",
                "id": f"CHART-{chart['uuid']}",
                "children": [],
                "parents": ["ROOT_ID", "GRID_ID", row_id],
                "meta": {
                    "uuid": chart["uuid"],
                    "sliceName": chart["slice_name"],
                    "width": _width(chart),
                    "height": 20 if _width(chart) == _FIGURE_WIDTH else 50,
                },
            }
    return {
        "dashboard_title": board["title"],
        "slug": board["slug"],
        "description": None,
        "css": "",
        "published": True,
        "position": position,
        "metadata": {"refresh_frequency": 0, "timed_refresh_immune_slices": []},
        "uuid": _id("dashboard", board["slug"]),
        "version": "1.0.0",
    }


def _width(chart: Mapping[str, Any]) -> int:
    return _FIGURE_WIDTH if chart["viz_type"] == _VISUALS["figure"] else _WIDE


def _rows(charts: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Charts in their order, as many beside each other as twelve columns hold; figures stand among figures."""
    row: list[dict[str, Any]] = []
    for chart in charts:
        is_full = (len(row) + 1) * _width(chart) > _COLUMNS_OF_A_ROW
        if row and (is_full or _width(row[0]) != _width(chart)):
            yield row
            row = []
        row.append(chart)
    if row:
        yield row


def _text(content: Mapping[str, Any]) -> str:
    text, yaml = StringIO(), YAML()
    yaml.width = 110
    yaml.dump(content, text)
    return text.getvalue()


def write(folder: Path) -> None:
    """Replaces `folder` by what `assets` makes."""
    shutil.rmtree(folder, ignore_errors=True)
    for path, text in assets().items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(FOLDER)
