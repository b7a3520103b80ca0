"""Labels of posts and messages in the lake: the sentence encoder is asked where the run's parameters say so."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from nlp.pipeline import model_version
from otklik.home import lake
from otklik.home.settings import Home
from otklik.intake.sources.parameters import Parameters
from otklik.run_context import SETTINGS_SCHEMA, SOURCE_SCHEMA, is_encoder_asked
from otklik.stages.annotation import annotate_messages, annotate_posts, gazetteer
from otklik.stages.preparation import prepare_datasets
from tests.unit.stages.test_training_labels import post, write

POSTS = [
    post(1, "Вот бы сюда лавочку, а то бабушкам присесть негде, и тень бы не помешала?", None),
    post(2, "Нет воды", None),
]


def home_that_asks(folder: Path, *, encoder: bool) -> Home:
    home = Home(folder)
    prepare_datasets(home)
    write(home, "post", POSTS)
    ask(home, encoder=encoder)
    sources = pa.Table.from_pylist([{"source": "portal", "region": "Самарская область"}], schema=SOURCE_SCHEMA)
    lake.write_table(home.lake / "run" / "source.parquet", sources)
    return home


def ask(home: Home, *, encoder: bool) -> None:
    settings = pa.Table.from_pylist([Parameters(sentence_encoder=encoder).model_dump()], schema=SETTINGS_SCHEMA)
    lake.write_table(home.lake / "run" / "settings.parquet", settings)


def versions(home: Home, table: str) -> set[str]:
    files = sorted((home.lake / "enriched" / table).glob("[!_]*.parquet"))
    return {version for path in files for version in pq.read_table(path)["model_version"].to_pylist()}


def test_a_home_that_asks_the_encoder_has_labels_of_another_version(tmp_path: Path) -> None:
    home = home_that_asks(tmp_path, encoder=True)
    assert annotate_posts(home).n_new == 2
    assert versions(home, "post_label") == {model_version(gazetteer(home), with_sense=True)}
    assert annotate_posts(home).n_new == 0


def test_labels_are_made_anew_when_the_encoder_is_no_longer_asked(tmp_path: Path) -> None:
    home = home_that_asks(tmp_path, encoder=True)
    annotate_posts(home)
    ask(home, encoder=False)
    assert annotate_posts(home).n_new == 2
    assert versions(home, "post_label") == {model_version(gazetteer(home))}


def test_the_encoder_is_never_asked_of_internal_messages(tmp_path: Path) -> None:
    home = home_that_asks(tmp_path, encoder=True)
    assert annotate_messages(home).model_version == model_version()


def test_a_home_that_never_ran_or_ran_on_an_older_platform_asks_nothing(tmp_path: Path) -> None:
    home = Home(tmp_path)
    prepare_datasets(home)
    assert not is_encoder_asked(home)
    lake.write_table(home.lake / "run" / "settings.parquet", pa.table({"run_key": ["20260101"]}))
    assert not is_encoder_asked(home)
