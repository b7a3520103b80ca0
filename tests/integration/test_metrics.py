"""Every metric counted again in pandas from the region's own files, and the columns that have it by cell."""

import pandas as pd
import pytest
from ruamel.yaml import YAML

from otklik.warehouse.metrics import metrics
from otklik.warehouse.superset import assets
from tests.integration.recounts import settlements_of
from tests.integration.source_files import REPLIES, events_of, repeats_of

METRICS = {metric.metric_code: metric for metric in metrics()}
# Stocks are of one day.
ROWS = {"fct_history_daily": "where history_date = (select max(history_date) from fct_history_daily)"}
# In the invented region a matter is opened again when its fix is refuted, never once it was confirmed or closed.
NEVER = {"n_reopened", "reopened_share"}
# Table → which of its rows, the columns that name a cell, and what they are in the facts.
CELLS = {
    "agg_sla": (
        "scope = 'authority' and period_kind = 'month'",
        "cell_id, period_start",
        "coalesce(authority_id, 'unknown'), date_trunc('month', opened_date)::date",
    ),
    "agg_resolution": ("scope = 'municipality'", "cell_id", "coalesce(municipality_id, 'unknown')"),
    "agg_formal_reply": ("true", "authority_id", "authority_id"),
    "agg_instruction": ("true", "authority_name", "authority_name"),
}


@pytest.fixture(scope="module")
def expected(published, recount):
    """Code of a metric → its value over the whole region, by the files."""
    files, incidents = recount.files, recount.incidents
    events = events_of(files, recount.members)
    kinds = events["kind"].value_counts()
    late = incidents[incidents["is_overdue"]]
    claimed = incidents[incidents["claimed_at"].notna()]
    repeats = repeats_of(files, recount.reports)
    settled = settlements_of(recount)
    followed = settled["is_repeated"].dropna()
    results = instructions(published.sources.parent)
    # How formal a reply is, a model says; from which score on it counts is definition 13.
    ((n_formal,),) = recount.query(
        "select count(*) from stg_formal_reply join int_reply using (reply_id) "
        "where formal_reply_score >= 0.8 and not is_interim"
    )
    # What complains, and which words name a place, a model says too.
    complaints = pd.DataFrame(
        recount.query(
            "select source, source_post_id, text_hash in (select text_hash from stg_post_place) "
            "from int_live_post where intent = 'complaint'"
        ),
        columns=["source", "id", "is_place_in_words"],
    ).merge(files.posts, on=["source", "id"], validate="one_to_one")
    is_nowhere = ~complaints["is_placed"] & ~complaints["is_place_in_words"]
    return {
        "n_posts": len(files.posts),
        "n_complaints": len(complaints),
        "n_without_place": is_nowhere.sum(),
        "without_place_share": is_nowhere.mean(),
        "n_incidents": recount.members["incident_id"].nunique(),
        "n_answered": incidents["first_reply_at"].notna().sum(),
        "n_unanswered": incidents["first_reply_at"].isna().sum(),
        "n_ripe": incidents["is_ripe"].sum(),
        "n_on_time": incidents["is_on_time"].sum(),
        "on_time_share": incidents[incidents["is_ripe"]]["is_on_time"].mean(),
        "n_overdue": len(late),
        "median_citizen_wait_hours": incidents["wait_hours"].median(),
        "median_net_reply_hours": incidents["net_hours"].median(),
        "n_claimed": len(claimed),
        "n_confirmed": claimed["is_confirmed"].sum(),
        "confirmed_share": claimed["is_confirmed"].mean(),
        "n_ever_reopened": (incidents["n_reopenings"] > 0).sum(),
        "n_settled": len(settled),
        "n_reopened": settled["is_reopened"].sum(),
        "reopened_share": settled["is_reopened"].mean(),
        "n_followed": len(followed),
        "n_repeated": followed.sum(),
        "repeated_share": followed.mean(),
        "n_confirmations": kinds["confirmed"],
        "n_refutations": kinds["refuted"],
        "n_reopenings": kinds["reopened"],
        "n_replies": events["kind"].isin(REPLIES).sum(),
        "n_judged": kinds["reply"],
        "n_formal": n_formal,
        "formal_share": n_formal / kinds["reply"],
        "n_repeats": len(repeats),
        "n_repeats_by_the_same_person": repeats["is_same_person"].sum(),
        "n_overdue_replies": len(late),
        "median_reply_hours_late": ((recount.as_of - late["overdue_since"]) / pd.Timedelta(hours=1)).median(),
        "n_open": incidents["is_awaiting"].sum(),
        "n_overdue_at_day_end": len(late),
        "n_instructions": len(results),
        "n_done": results.notna().sum(),
        "n_done_positive": (results == "исполнено").sum(),
        "positive_share": (results.dropna() == "исполнено").mean(),
    }


def instructions(folder):
    """What became of every instruction, canaries among them; None where nothing did yet."""
    given = pd.read_csv(folder / "decisions" / "instructions.csv", sep=";")["Итог"]
    planted = pd.read_csv(folder / "canary" / "instructions.csv")
    return pd.concat([given, pd.Series("исполнено", index=planted.index)])


@pytest.mark.parametrize("code", METRICS)
def test_a_metric_is_what_the_files_give(published, expected, code):
    metric = METRICS[code]
    ((value,),) = published.query(
        f"select {metric.sql_expression} from {metric.table_name} {ROWS.get(metric.table_name, '')}"
    )
    assert value > 0 or code in NEVER
    assert float(value) == pytest.approx(float(expected[code]), rel=1e-9)


@pytest.mark.parametrize("code", [code for code, metric in METRICS.items() if metric.published_as])
def test_a_column_by_cell_is_the_metric_of_its_rows(published, code):
    metric = METRICS[code]
    table, column = metric.published_as.split(".")
    rows, cell, of_facts = CELLS[table]
    told = published.query(f"select {cell}, {column} from {table} where {rows}")
    counted = published.query(f"select {of_facts}, {metric.sql_expression} from {metric.table_name} group by all")
    told, counted = ({tuple(map(str, row[:-1])): row[-1] for row in found} for found in (told, counted))
    counted = {key: value for key, value in counted.items() if key in told or value}
    assert len(told) > 2
    assert told.keys() == counted.keys()
    assert {key: value for key, value in told.items() if value is not None} == pytest.approx(
        {key: float(value) for key, value in counted.items() if value is not None}
    )


def test_the_published_list_has_the_formulas_of_the_yaml(published):
    rows = published.query("select metric_code, table_name, sql_expression from meta_metric where is_aggregate")
    assert {code: rest for code, *rest in rows} == {
        code: [metric.table_name, metric.sql_expression] for code, metric in METRICS.items()
    }


def test_names_of_dimensions_in_a_bi_dataset_change_no_metric(published):
    datasets = [YAML(typ="safe").load(text) for path, text in assets().items() if path.startswith("datasets/")]
    different = [
        metric["metric_name"]
        for dataset in datasets
        if dataset["sql"]
        for metric in dataset["metrics"]
        if published.query(f"select {metric['expression']} from ({dataset['sql']})")
        != published.query(f"select {metric['expression']} from {dataset['table_name']}")
    ]
    assert different == []
