"""Decisions of people about posts: each kind takes what it may hold, and says what is wrong with anything else."""

import pytest

HEADER = "of_source,of_source_post_id,label_kind,value,annotator,labelled_at\n"
SELECT = (
    "select of_source, of_source_post_id, label_kind, value, annotator, labelled_at, source_row as origin_row "
    "from source"
)


def _load(deployment, *rows):
    deployment.deliver("labels.csv", HEADER + "".join(f"{row}\n" for row in rows))
    return deployment.load(deployment.source(entity="label", select=SELECT), "label")[0]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("intent", "complaint"),
        ("group", "Благоустройство"),
        ("topic", "improvement_yard_snow"),
        ("authority", "Администрация г. Самары"),
        ("place", "Самара / ул. Ленина 5"),
        ("incident", "apart"),
        ("incident", "vk/-1_200"),
        ("incident", "portal/2026/17 a"),
    ],
)
def test_a_decision_of_every_kind_is_loaded(deployment, ledger, kind, value):
    assert ledger(_load(deployment, f"vk,7,{kind},{value},a1,2026-09-01 10:00")) == (1, 1, 0, 0)
    assert deployment.rows("label_kind, value", "label") == [(kind, value)]


@pytest.mark.parametrize(
    ("kind", "value", "field", "reason"),
    [
        (
            "mood",
            "bad",
            "label_kind",
            "unknown value; accepted are intent, group, topic, authority, place, incident, incident_pair",
        ),
        (
            "intent",
            "Жалоба",
            "value",
            "no such intent; accepted are complaint, question, review, thanks, negative, other",
        ),
        ("incident", "vk", "value", "neither apart nor source/id of a post"),
        ("incident", "vk/", "value", "neither apart nor source/id of a post"),
        ("incident", "vk/7", "value", "the post itself; give another post, or apart"),
        ("topic", " ", "value", "required, and empty"),
        ("topic", "x" * 501, "value", "not one line of at most 500 characters"),
        ("place", '"Самара\nВолжский район"', "value", "not one line of at most 500 characters"),
    ],
)
def test_a_decision_that_means_nothing_is_quarantined_with_what_is_accepted(
    deployment, ledger, kind, value, field, reason
):
    assert ledger(_load(deployment, f"vk,7,{kind},{value},a1,2026-09-01 10:00")) == (1, 0, 0, 1)
    assert deployment.quarantined(entity="label") == [(1, field, reason)]


def test_two_annotators_at_one_moment_are_two_decisions(deployment, ledger):
    rows = [f"vk,7,intent,{intent},{who},2026-09-01 10:00" for who, intent in (("a1", "complaint"), ("a2", "review"))]
    assert ledger(_load(deployment, *rows)) == (2, 2, 0, 0)


def test_one_annotator_cannot_decide_two_things_at_one_moment(deployment, ledger):
    rows = [f"vk,7,intent,{intent},a1,2026-09-01 10:00" for intent in ("complaint", "review")]
    assert ledger(_load(deployment, *rows)) == (2, 1, 0, 1)
