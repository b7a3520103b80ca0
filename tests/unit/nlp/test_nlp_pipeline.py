"""The pipeline: registered factories, imports, versions."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import spacy

from nlp.cues import CueError, CueMatcher
from nlp.lexicon import LEXICON_FOLDER, LexiconError, lexicon_version, read_lexicon
from nlp.pipeline import FACTORIES, build_pipeline, model_version, shared_pipeline

TEXT = "Почему не вывозят мусор в г. Самаре на ул. Ленина, 5?"


def test_the_registered_factories_are_these() -> None:
    registered = sorted(name for name in build_pipeline().factory_names if name.startswith("otklik_"))
    assert registered == ["otklik_intent", "otklik_lemmas", "otklik_places", "otklik_topic"]
    assert tuple(build_pipeline().pipe_names) == FACTORIES


def test_lemmas_are_dictionary_forms() -> None:
    doc = shared_pipeline()("Дороги разбиты, ёлки стоят")
    assert [token.lemma_ for token in doc] == ["дорога", "разбитый", ",", "елка", "стоять"]


def test_the_version_changes_with_a_lexicon_and_not_with_line_endings(tmp_path: Path) -> None:
    folder = tmp_path / "lexicons"
    shutil.copytree(LEXICON_FOLDER, folder)
    assert lexicon_version(folder) == lexicon_version()
    target = folder / "topics.csv"
    content = target.read_bytes()
    target.write_bytes(content.replace(b"\n", b"\r\n"))
    assert lexicon_version(folder) == lexicon_version()
    target.write_bytes(content + "housing_lifts,1,подъемник\n".encode())
    assert lexicon_version(folder) != lexicon_version()


def test_the_version_changes_with_the_gazetteer_and_not_with_its_order() -> None:
    assert model_version(["Самара", "Пермь"]) == model_version(["Пермь", "Самара", "Пермь"])
    assert model_version(["Самара"]) != model_version()
    assert len(model_version()) == 12


def test_importing_the_modules_loads_no_dictionary_and_opens_no_lexicon() -> None:
    code = (
        "import sys, nlp.annotate, nlp.explain, nlp.lemmas, nlp.lexicon, nlp.intent, nlp.topics, nlp.place_lexicon;"
        "from nlp.pipeline import shared_pipeline as s;"
        "assert 'pymorphy3' not in sys.modules, 'pymorphy3 imported';"
        "assert s.cache_info().currsize == nlp.lemmas.morphology.cache_info().currsize == 0;"
        "assert nlp.intent.intent_rules.cache_info().currsize == nlp.topics.topic_rules.cache_info().currsize == 0;"
        "assert nlp.place_lexicon.place_words.cache_info().currsize == 0"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parents[3])
    assert done.returncode == 0, done.stderr


def test_an_unknown_lexicon_is_refused_with_the_known_names() -> None:
    with pytest.raises(LexiconError, match=r"topics\.csv"):
        read_lexicon("moods.csv")


@pytest.mark.parametrize("cue", ["", "~ вода", "вода ~", "@nothing"])
def test_a_malformed_cue_is_refused(cue: str) -> None:
    with pytest.raises(CueError):
        CueMatcher([cue], {})


@pytest.mark.parametrize(
    ("cue", "text", "found"),
    [
        ("нет вода", "Нет воды", True),
        ("нет вода", "Нет горячей воды", False),
        ("нет ~1 вода", "Нет горячей воды", True),
        ("нет ~1 вода", "Нет. Вода", False),
        ("мусор*", "мусоровоз", True),
        ("=нет", "нету", False),
        ("кот/пес", "псы", True),
        ("@pet ~ спит", "кот крепко спит", True),
        ("#impr", "уберите", True),
        ("вода есть", "вода, «есть»", True),
    ],
)
def test_a_cue_matches_by_the_rules_of_the_pattern_language(cue: str, text: str, found: bool) -> None:
    from nlp.lemmas import word_table

    words = word_table().of(spacy.blank("ru")(text))
    assert bool(CueMatcher([cue], {"pet": ["кот"]}).find(words)) is found
