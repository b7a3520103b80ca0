"""Metrics as `dbt_project/models/metrics.yml` defines them, each with the one SQL expression that computes it.

`python -m otklik.warehouse.metrics` (`make accept`) writes from them the seed `metric.csv`, which `meta_metric`
publishes and the pages read, and `docs/metrics.md`; tests hold both to the YAML. dbt parses that YAML too and refuses
one that MetricFlow could not read.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass, fields
from typing import Any

from ruamel.yaml import YAML

from otklik.home.errors import OtklikError
from otklik.home.settings import DBT_PROJECT_DIR, PACKAGES_DIR

METRICS_FILE = DBT_PROJECT_DIR / "models" / "metrics.yml"
SEED = DBT_PROJECT_DIR / "seeds" / "metric.csv"
PAGE = PACKAGES_DIR / "docs" / "metrics.md"

# Aggregations of a measure, in words that DuckDB and PostgreSQL have in common.
_AGGREGATES = {
    "count": "count({})",
    "sum": "sum({})",
    "sum_boolean": "count(case when {} then 1 end)",
    "median": "percentile_cont(0.5) within group (order by {})",
}


@dataclass(frozen=True)
class Metric:
    """One metric. All text; `published_as` is empty where no column has it by cell.

    Attributes:
        metric_code: its name, also in SQL.
        definition_number: of `docs/definitions.md`.
        label_ru: as people read it.
        label_en: the same in English.
        formula: in words and symbols.
        unit: what it counts, or is measured in.
        table_name: the published table whose rows it is of.
        sql_expression: an aggregate over rows of that table, to be filtered and grouped at will.
        published_as: `table.column` that has it by cell, where one does; `_low` and `_high` of a share are beside it.
        surface: "public" where anybody can read that column, else "analyst".
    """

    metric_code: str
    definition_number: str
    label_ru: str
    label_en: str
    formula: str
    unit: str
    table_name: str
    sql_expression: str
    published_as: str
    surface: str


class MetricError(OtklikError):
    """A metric says something that no SQL is made of here."""


def metrics() -> list[Metric]:
    """Every metric, in the order of the file.

    Raises:
        MetricError: a type of metric, an aggregation or a filter of which no SQL is made, or an unknown measure.
    """
    return metrics_of(YAML(typ="safe").load(METRICS_FILE))


def metrics_of(parsed: Mapping[str, Any]) -> list[Metric]:
    """The metrics of a parsed `metrics.yml`; raises as `metrics` does."""
    measures = dict(_measures(parsed["semantic_models"]))
    simple = {
        one["name"]: _known(measures, one["type_params"]["measure"], one["name"])
        for one in parsed["metrics"]
        if one["type"] == "simple"
    }
    return [_metric(one, simple) for one in parsed["metrics"]]


def _measures(semantic_models: list[Mapping[str, Any]]) -> Iterator[tuple[str, tuple[str, str]]]:
    """Name of a measure → table, SQL."""
    for model in semantic_models:
        table = re.fullmatch(r"ref\('(\w+)'\)", model["model"])
        if table is None:
            raise MetricError(
                f"{METRICS_FILE.name}: {model['name']}: model is {model['model']!r}; write ref('<mart>')."
            )
        for measure in model["measures"]:
            if measure["agg"] not in _AGGREGATES:
                raise MetricError(
                    f"{METRICS_FILE.name}: measure {measure['name']}: agg is {measure['agg']!r}; accepted are "
                    f"{', '.join(_AGGREGATES)}. Add its SQL to _AGGREGATES, or say it with one of these."
                )
            yield measure["name"], (table[1], _AGGREGATES[measure["agg"]].format(measure["expr"]))


def _known(of: Mapping[str, tuple[str, str]], name: str, metric: str) -> tuple[str, str]:
    if name not in of:
        raise MetricError(f"{METRICS_FILE.name}: metric {metric} names {name!r}, which is none of {', '.join(of)}.")
    return of[name]


def _metric(one: Mapping[str, Any], simple: Mapping[str, tuple[str, str]]) -> Metric:
    name, meta = one["name"], one["config"]["meta"]
    if one["type"] not in ("simple", "ratio") or "filter" in one:
        raise MetricError(
            f"{METRICS_FILE.name}: metric {name} is of type {one['type']!r}{' with a filter' * ('filter' in one)}; "
            "accepted are simple and ratio without one: put the condition into the measure's expr."
        )
    if one["type"] == "simple":
        table, sql = simple[name]
    else:
        (table, above), (other, below) = (
            _known(simple, one["type_params"][part], name) for part in ("numerator", "denominator")
        )
        if table != other:
            raise MetricError(f"{METRICS_FILE.name}: metric {name} divides rows of {table} by rows of {other}.")
        sql = f"1.0 * {above} / nullif({below}, 0)"
    return Metric(
        metric_code=name,
        definition_number=meta["definition"],
        label_ru=one["label"],
        label_en=meta["label_en"],
        formula=meta["formula"],
        unit=meta["unit"],
        table_name=table,
        sql_expression=sql,
        published_as=meta.get("published_as", ""),
        surface=meta.get("surface", "analyst"),
    )


def seed_csv() -> str:
    """The text of the seed `metric.csv`."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([field.name for field in fields(Metric)])
    writer.writerows(astuple(metric) for metric in metrics())
    return text.getvalue()


_HEAD = """\
# Metrics

Written by `make accept` from `dbt_project/models/metrics.yml`, where each metric is defined once, in the YAML of
MetricFlow: the table `meta_metric`, the [pages](report.md) and the queries of [questions.md](questions.md) have their
formulas from there. An expression is over rows of its table on the analysts' surface: filter and group them at will.

```sql
select {example} as on_time_share from fct_incident
```

What is published by cell stands in the column named last; a share has its Wilson bounds there, in columns that end in
`_low` and `_high`. Formulas of single columns (a tie's weight, a score) are rows of `meta_metric` too, without an
aggregate.

| metric | по-русски | definition | formula | unit | SQL | by cell |
|---|---|---|---|---|---|---|
"""


def page() -> str:
    """The text of `docs/metrics.md`."""
    listed = metrics()
    example = next(metric.sql_expression for metric in listed if metric.metric_code == "on_time_share")
    rows = (
        f"| `{one.metric_code}` | {one.label_ru} | {one.definition_number} | {one.formula} | {one.unit} "
        f"| `{one.sql_expression}` of `{one.table_name}` | {f'`{one.published_as}`' if one.published_as else '–'} |"
        for one in listed
    )
    return _HEAD.format(example=example) + "\n".join(rows) + "\n"


if __name__ == "__main__":
    SEED.write_text(seed_csv(), encoding="utf-8")
    PAGE.write_text(page(), encoding="utf-8")
