"""Metrics are defined once, in models/metrics.yml; what is made of it is what it says."""

import csv

import pytest

from otklik.publishing.mart_contracts import Surface, mart_contracts
from otklik.warehouse.metrics import METRICS_FILE, PAGE, SEED, MetricError, metrics, metrics_of, page, seed_csv
from tests.unit.dbt import dbt_files
from tests.unit.dbt.dbt_files import assert_none

METRICS = metrics()
COLUMNS = {
    surface: {f"{mart.name}.{column.name}" for mart in contracts if mart.surface is surface for column in mart.columns}
    for contracts in [mart_contracts(dbt_files.manifest())]
    for surface in Surface
}


def test_seed_and_page_are_written_from_the_metrics():
    assert SEED.read_text(encoding="utf-8") == seed_csv(), "run `make accept` and read the difference"
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make accept` and read the difference"


def test_a_share_is_one_aggregate_over_another_and_null_of_nothing():
    (share,) = (metric for metric in METRICS if metric.metric_code == "on_time_share")
    assert share.sql_expression == (
        "1.0 * count(case when is_reply_on_time then 1 end) / nullif(count(case when is_ripe then 1 end), 0)"
    )
    assert (share.table_name, share.label_ru, share.definition_number) == ("fct_incident", "Доля ответов в срок", "5")


def test_no_code_is_a_metric_and_a_formula_at_once():
    with (dbt_files.PROJECT / "seeds" / "column_formula.csv").open(encoding="utf-8") as file:
        formulas = [row["metric_code"] for row in csv.DictReader(file)]
    codes = formulas + [metric.metric_code for metric in METRICS]
    assert_none((code for code in set(codes) if codes.count(code) > 1), "define it once:")


def test_every_metric_is_of_a_published_table_and_by_cell_in_a_published_column():
    tables = {column.partition(".")[0] for column in COLUMNS[Surface.ANALYST]}
    assert_none({metric.table_name for metric in METRICS} - tables, "this table is not published:")
    cells = {metric.published_as for metric in METRICS if metric.published_as}
    assert_none(cells - COLUMNS[Surface.ANALYST], "meta.published_as names a column that is not published:")


def test_a_share_by_cell_has_its_bounds_beside_it():
    shares = {metric.published_as for metric in METRICS if metric.unit == "share" and metric.published_as}
    bounds = {f"{share}_{bound}" for share in shares for bound in ("low", "high")}
    assert len(shares) >= 4
    assert_none(bounds - COLUMNS[Surface.ANALYST], "publish the bounds of the share:")


def test_a_surface_is_public_where_anybody_can_read_the_column():
    with (dbt_files.PROJECT / "seeds" / "column_formula.csv").open(encoding="utf-8") as file:
        told = {(f"{row['table_name']}.{row['column_name']}", row["surface"]) for row in csv.DictReader(file)}
    told |= {(metric.published_as, metric.surface) for metric in METRICS}
    right = {(column, "public" if column in COLUMNS[Surface.PUBLIC] else "analyst") for column, _ in told}
    assert_none((f"{column}: {surface}" for column, surface in told - right), "the other surface has it:")


def test_dates_are_counted_in_the_days_of_the_calendar():
    calendar = dbt_files.models()["dim_date"].properties
    assert calendar["time_spine"] == {"standard_granularity_column": "calendar_date"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"agg": "average"}, "measure n_posts: agg is 'average'; accepted are count, sum, sum_boolean, median"),
        ({"name": "posts"}, "metric n_posts names 'n_posts', which is none of posts"),
    ],
)
def test_what_no_sql_is_made_of_is_refused(change, said):
    model = {"name": "posts", "model": "ref('fct_post')"}
    measure = {"name": "n_posts", "agg": "count", "expr": "post_id"} | change
    metric = {"name": "n_posts", "label": "Сообщений", "type": "simple", "type_params": {"measure": "n_posts"}}
    with pytest.raises(MetricError, match=said):
        metrics_of({"semantic_models": [model | {"measures": [measure]}], "metrics": [metric]})


def test_every_metric_is_explained_in_the_yaml_alone():
    parsed = dbt_files.read_yaml(METRICS_FILE)["metrics"]
    needed = {"label_en", "definition", "unit", "formula"}
    assert_none((one["name"] for one in parsed if needed - one["config"]["meta"].keys()), f"state {sorted(needed)}:")
    assert_none((one["name"] for one in parsed if not one["label"].strip()), "state the Russian label:")
