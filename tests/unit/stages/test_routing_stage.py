"""The trained model names every text of the lake once, and a newer one names them again. Texts are invented."""

from pathlib import Path

import duckdb
import pytest

from otklik.home.settings import Home
from otklik.stages.preparation import prepare_datasets
from otklik.stages.routing import POST_ROUTE, route_posts
from otklik.stages.training import train
from tests.unit.stages.test_training_labels import label, write

KINDS = {"яма на дороге": ("Город", "Дороги", "Ямы"), "нет врача в поликлинике": ("Больница", "Медицина", "Врачи")}


def posts(n: int) -> list[dict[str, object]]:
    return [
        {
            "source_post_id": f"{topic}{number}",
            "posted_at": "2026-01-01",
            "text": f"{text}, пишу {number}",
            "text_hash": f"{topic}{number:03}",
            "row_hash": f"{topic}{number}",
            "declared_authority": authority,
            "declared_group": group,
            "declared_topic": topic,
        }
        for number in range(n)
        for text, (authority, group, topic) in KINDS.items()
    ]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    prepare_datasets(home)
    write(home, "post", posts(20))
    return home


def routes(home: Home) -> list[tuple[str, str, str, int]]:
    glob = home.lake / "enriched" / POST_ROUTE / "*.parquet"
    query = "select predicted_authority, predicted_group, predicted_topic, count(*)"
    return duckdb.sql(f"{query} from read_parquet('{glob}') group by all order by all").fetchall()


def test_without_a_trained_model_nothing_is_named(home: Home) -> None:
    assert route_posts(home).model_version is None
    assert routes(home) == []


def test_every_text_is_named_once_by_the_current_model(home: Home) -> None:
    trained = train(home)
    first, again = route_posts(home), route_posts(home)
    assert (first.n_new, first.n_total, first.model_version) == (40, 40, trained.model_version)
    assert (again.n_new, again.n_total) == (0, 40)
    assert routes(home) == [("Больница", "Медицина", "Врачи", 20), ("Город", "Дороги", "Ямы", 20)]


def test_peoples_corrections_change_the_model_and_every_route(home: Home) -> None:
    before = train(home)
    route_posts(home)
    corrections = [label(number, "Выбоины") | {"of_source_post_id": f"Ямы{number}"} for number in range(20)]
    write(home, "label", corrections)
    after = train(home)
    summary = route_posts(home)
    assert after.n_corrected["topic"] == 20
    assert [path.stem for path in home.current_training.parent.glob("*.npz")] == [after.model_version]
    assert summary.model_version == after.model_version != before.model_version
    assert (summary.n_new, summary.n_total) == (40, 40)
    assert routes(home) == [("Больница", "Медицина", "Врачи", 20), ("Город", "Дороги", "Выбоины", 20)]


def test_what_came_after_the_training_is_named_too(home: Home) -> None:
    train(home)
    route_posts(home)
    write(home, "post", posts(21))
    assert route_posts(home).n_new == 2
