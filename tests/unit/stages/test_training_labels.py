"""People's decisions correct what sources declare, as far as the people agree. Texts are invented."""

from pathlib import Path

import duckdb
import pandas as pd
import pytest

from nlp.label_agreement import krippendorff_alpha
from otklik.home import lake
from otklik.home.engine import text_literal
from otklik.home.settings import Home
from otklik.intake.entities import entities
from otklik.stages.preparation import prepare_datasets
from otklik.stages.training_labels import LabelledTexts, labelled_texts

HOLES, LAMP, SNOW = "яма во дворе", "не горит фонарь", "снег не убран"


def write(home: Home, entity: str, rows: list[dict[str, object]]) -> None:
    columns = entities()[entity].stored_columns
    frame = pd.DataFrame([{name: row.get(name) for name in columns} for row in rows], columns=list(columns))
    typed = ", ".join(f"{name}::{kind} as {name}" for name, kind in columns.items())
    path = lake.load_path(home, entity, "portal", "a")
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        connection.register("given", frame.astype(object).where(frame.notna(), None))
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"copy (select {typed} from given) to {text_literal(path)} (format parquet)")


def post(number: int, text: str, topic: str | None, **changes: object) -> dict[str, object]:
    words = {"text": text, "text_hash": text.replace(" ", "_"), "row_hash": f"{number}"}
    labels = {"declared_authority": "Город", "declared_group": "Двор", "declared_topic": topic}
    return {"source_post_id": f"p{number}", "posted_at": f"2026-01-0{number}"} | words | labels | changes


def label(number: int, value: str, day: int = 1, annotator: str | None = "a", kind: str = "topic") -> dict[str, object]:
    return {
        "of_source": "portal",
        "of_source_post_id": f"p{number}",
        "label_kind": kind,
        "value": value,
        "annotator": annotator,
        "labelled_at": f"2026-02-0{day}",
        "row_hash": f"{number}{value}{day}{annotator}",
    }


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "a clerk's home")
    prepare_datasets(home)
    write(home, "post", [post(1, HOLES, "Ямы"), post(2, LAMP, "Ямы"), post(3, SNOW, None), post(4, HOLES, "Ямы")])
    return home


def topics(found: LabelledTexts) -> dict[str, str | None]:
    return dict(zip(found.frame["text"], found.frame["topic"], strict=True))


def test_a_persons_decision_replaces_what_the_source_declared(home: Home) -> None:
    write(home, "label", [label(2, "Свет")])
    found = labelled_texts(home)
    assert topics(found) == {HOLES: "Ямы", LAMP: "Свет", SNOW: None}
    assert found.n_corrected == {"authority": 0, "group": 0, "topic": 1}
    assert found.last_posted_at == pd.Timestamp("2026-01-04", tz="UTC")


def test_the_latest_decision_counts_whoever_gave_it(home: Home) -> None:
    write(home, "label", [label(2, "Снег", day=1, annotator=None), label(2, "Свет", day=3), label(2, "Ямы", day=2)])
    assert topics(labelled_texts(home))[LAMP] == "Свет"


def test_a_decision_on_one_post_holds_for_its_text_and_for_its_kind_alone(home: Home) -> None:
    write(home, "label", [label(4, "Благоустройство", kind="group"), label(3, "complaint", kind="intent")])
    found = labelled_texts(home).frame.set_index("text")
    assert found.loc[HOLES, ["authority", "group", "topic"]].tolist() == ["Город", "Благоустройство", "Ямы"]
    assert found.loc[SNOW, "topic"] is None


def test_a_label_follows_the_newest_version_of_its_post(home: Home) -> None:
    edited = post(2, SNOW, None, edited_at="2026-01-09", row_hash="9")
    write(home, "post", [post(1, HOLES, "Ямы"), post(2, LAMP, "Ямы"), edited])
    write(home, "label", [label(2, "Снег")])
    assert topics(labelled_texts(home)) == {HOLES: "Ямы", LAMP: "Ямы", SNOW: "Снег"}


def test_people_who_agree_are_believed(home: Home) -> None:
    given = [(1, "Ямы"), (2, "Свет"), (3, "Снег")]
    write(home, "label", [label(number, value, annotator=who) for number, value in given for who in ("a", "b")])
    found = labelled_texts(home)
    assert found.agreement == {"topic": 1.0}
    assert topics(found) == {HOLES: "Ямы", LAMP: "Свет", SNOW: "Снег"}


def test_people_who_disagree_are_not_used_and_are_counted(home: Home) -> None:
    given = [(1, "Ямы", "Свет"), (2, "Свет", "Снег"), (3, "Снег", "Снег")]
    rows = [label(number, first) for number, first, _ in given]
    rows += [label(number, second, annotator="b") for number, _, second in given]
    write(home, "label", [*rows, label(2, "Двор", kind="group")])
    found = labelled_texts(home)
    assert found.agreement["topic"] == pytest.approx(1 - 5 * 4 / 22)
    assert found.n_disputed == {"topic": 6}
    assert topics(found) == {HOLES: "Ямы", LAMP: "Ямы", SNOW: None}
    assert found.n_corrected == {"authority": 0, "group": 1}


def test_alpha_of_the_textbook() -> None:
    # Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, section D: four observers, twelve units.
    observers = ["123321412...", "1233224125.3", ".3332342251.", "12332441251."]
    units = [[value for value in unit if value != "."] for unit in zip(*observers, strict=True)]
    assert krippendorff_alpha(units) == pytest.approx(0.743, abs=5e-4)


@pytest.mark.parametrize("units", [[], [["a"], ["b"]], [["a", "a"], ["a", "a"]]])
def test_alpha_of_nothing_to_compare_is_none(units: list[list[str]]) -> None:
    assert krippendorff_alpha(units) is None


def test_alpha_of_chance_is_near_zero_and_of_contradiction_below() -> None:
    by_chance = [["a", "a"], ["a", "b"], ["b", "a"], ["b", "b"]] * 50
    assert krippendorff_alpha(by_chance) == pytest.approx(0, abs=0.01)
    assert krippendorff_alpha([["a", "b"], ["b", "a"]] * 5) < -0.5
