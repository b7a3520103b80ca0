"""Which texts are one: verdicts on pairs, an index that grows from day to day, scores on planted copies."""

import importlib.util
import itertools
import random
from pathlib import Path

import pyarrow as pa
import pytest

from nlp import duplicate_index
from nlp.duplicate_index import LINK_SCHEMA, DuplicateIndex, clusters
from nlp.duplicate_words import TextWords, read_words
from nlp.duplicates import BANDS, band_keys, compare, is_typo_of, shingle_jaccard

_spec = importlib.util.spec_from_file_location("duplicate_samples", Path(__file__).with_name("duplicate_samples.py"))
samples = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(samples)

ORIGINAL = "На улице Мельничной, дом 14 не вывозят мусор вторую неделю. Запах на весь двор, бегают крысы."


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (ORIGINAL, "same_words"),
        (ORIGINAL.lower() + " 😡😡", "same_words"),
        (ORIGINAL.replace("вторую", "вторая"), "same_words"),
        ("Здравствуйте! " + ORIGINAL + " Примите меры!", "shingles"),
        (ORIGINAL.replace("вывозят", "вывзят"), "shingles"),
        (ORIGINAL[:75], "shingles"),
        # the same facts in another order
        ("Бегают крысы, запах на весь двор: вторую неделю не вывозят мусор, улица Мельничная, дом 14.", "contained"),
        # other places
        (ORIGINAL.replace("14", "16"), None),
        (ORIGINAL.replace("Мельничной", "Гончарной"), None),
        # other matters of the same place
        ("На улице Мельничной, дом 14 течёт крыша над последним этажом, проводку залило.", None),
        ("Спасибо!", None),
        ("", None),
    ],
)
def test_verdicts(other, reason):
    first, second = read_words(ORIGINAL), read_words(other)
    assert compare(first, second).reason == reason
    assert compare(second, first) == compare(first, second)


@pytest.mark.parametrize(
    ("text", "other", "reason"),
    [
        # one turn of phrase about two matters
        ("Вопрос: отопление в Яснограде, кто за это отвечает и куда звонить?",
         "Вопрос: приём специалистов в Яснограде, кто за это отвечает и куда звонить?", None),
        ("Скажите, починят лифт в доме 5 по Садовой в этом году или нет?",
         "Скажите, вывезут мусор из дома 5 по Садовой в этом году или нет?", None),
        # the same, mistyped where the matter is named
        ("Вопрос: отопление в Яснограде, кто за это отвечает и куда звонить?",
         "Вопрос: отапленеи в Яснограде, кто за это отвечает и куда звонить?", "shingles"),
        # other words at the end, not in between
        ("Не вывозят мусор на Садовой 5, контейнеры полные. Примите меры!",
         "Не вывозят мусор на Садовой 5, контейнеры полные. Сколько можно терпеть?", "shingles"),
    ],
)  # fmt: skip
def test_a_turn_of_phrase_about_two_matters_is_no_copy(text, other, reason):
    first, second = read_words(text), read_words(other)
    assert compare(first, second).jaccard >= 0.45
    assert compare(first, second).reason == reason
    assert compare(second, first) == compare(first, second)


def test_jaccard_is_over_runs_of_three_lemmas():
    def jaccard(first, second):
        return shingle_jaccard(*(TextWords(tuple(text), frozenset()) for text in (first, second)))

    # abc bcd cde | abc bcd cdf: two of four
    assert jaccard("abcde", "abcdf") == 0.5
    assert jaccard("ab", "ab") == 1.0
    assert jaccard("", "") == 0.0


@pytest.mark.parametrize(
    ("word", "other", "expected"),
    [
        ("вывозить", "вывзить", True),
        ("вывозить", "выовзить", True),
        ("контейнер", "контейннер", True),
        ("подъезд", "подъезт", True),
        ("дом", "том", False),
        ("мусор", "асфальт", False),
        ("1414", "1415", False),
    ],
)
def test_a_typo_is_one_slip_in_a_word(word, other, expected):
    assert is_typo_of(word, other) is expected
    assert is_typo_of(other, word) is expected


def test_a_name_locates_beside_a_street_word_or_within_a_sentence():
    assert read_words("На улице мельничной 14 темно").places == {"мельничный", "14"}
    assert "чернобелье" in read_words("Очень темно в Чернобелье").places
    assert read_words("Темно и страшно. Очень").places == frozenset()


def test_bucket_keys_never_change():
    """An index on disk outlives a process: these numbers are part of its format."""
    keys = band_keys([read_words("не вывозят мусор из контейнеров")])
    assert keys.shape == (1, BANDS)
    assert keys[0, :2].tolist() == [7865599181171004406, 2214769821574275815]


def _f1(rows, folder, batches=1):
    index = DuplicateIndex(folder)
    texts = [(number, text) for number, text, _ in rows]
    size = -(-len(texts) // batches)
    links = [index.add(texts[start : start + size]) for start in range(0, len(texts), size)]
    found = clusters([number for number, _ in texts], duplicate_index.pa.concat_tables(links))
    true = {number: cluster for number, _, cluster in rows}
    pairs = [
        {pair for pair in itertools.combinations(sorted(of), 2) if of[pair[0]] == of[pair[1]]} for of in (true, found)
    ]
    return 2 * len(pairs[0] & pairs[1]) / (len(pairs[0]) + len(pairs[1])), found


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_planted_copies_are_found_and_look_alikes_are_not(tmp_path, seed):
    score, _ = _f1(list(samples.posts(seed, 150)), tmp_path)
    assert score >= 0.95


def test_clusters_do_not_depend_on_order_or_batches(tmp_path):
    rows = list(samples.posts(4, 60))
    _, whole = _f1(rows, tmp_path / "whole")
    for seed, batches in ((1, 5), (2, 9)):
        shuffled = random.Random(seed).sample(rows, len(rows))
        assert _f1(shuffled, tmp_path / str(seed), batches)[1] == whole


def test_a_link_says_its_numbers_and_reason(tmp_path):
    links = DuplicateIndex(tmp_path).add([("b", ORIGINAL), ("a", ORIGINAL + " Примите меры!"), ("c", "Спасибо!")])
    assert links.schema == LINK_SCHEMA
    (row,) = links.to_pylist()
    assert (row["text_hash"], row["other_text_hash"], row["reason"]) == ("a", "b", "shingles")
    assert 0.8 < row["jaccard"] < 1


def test_what_was_added_before_is_not_added_again(tmp_path):
    texts = [("a", ORIGINAL), ("b", ORIGINAL + "!")]
    assert len(DuplicateIndex(tmp_path).add(texts)) == 1
    again = DuplicateIndex(tmp_path)
    assert len(again.add(texts)) == 0
    assert len(again) == 2


def test_an_index_opened_again_knows_its_history(tmp_path):
    DuplicateIndex(tmp_path).add([("a", ORIGINAL)])
    links = DuplicateIndex(tmp_path).add([("b", ORIGINAL.upper())])
    assert links["other_text_hash"].to_pylist() == ["b"]


def test_segments_stay_few_and_no_file_is_left_over(tmp_path):
    index = DuplicateIndex(tmp_path)
    for number, text, _ in samples.posts(5, 20):
        index.add([(number, text)])
    assert len(list(tmp_path.glob("*.texts.arrow"))) == len(list(tmp_path.glob("*.buckets.arrow"))) <= 10
    assert _sizes(tmp_path) == sorted(len(segment.texts) for segment in index._read())
    assert len(index) == len(list(samples.posts(5, 20)))


def _sizes(folder):
    """Texts of every segment that lies in an index' folder."""
    return sorted(len(pa.ipc.open_file(path).read_all()) for path in folder.glob("*.texts.arrow"))


def test_no_merge_makes_a_segment_larger_than_the_most_and_pairs_stay_the_same(tmp_path, monkeypatch):
    rows = [(number, text) for number, text, _ in samples.posts(6, 40)]
    merging = DuplicateIndex(tmp_path / "merging")
    expected = [merging.add([row]) for row in rows]
    monkeypatch.setattr(duplicate_index, "MAX_SEGMENT_TEXTS", 16)
    index = DuplicateIndex(tmp_path / "cut")
    links = [index.add([row]) for row in rows]
    assert max(_sizes(tmp_path / "cut")) <= 16
    assert sum(_sizes(tmp_path / "cut")) == len(rows)
    assert links == expected


def test_a_turn_of_phrase_in_thousands_of_texts_joins_nobody(tmp_path):
    texts = [(f"{house:05d}", f"Прошу навести порядок по адресу улица Мельничная {house}") for house in range(400)]
    links = DuplicateIndex(tmp_path).add(texts)
    assert set(links["is_elsewhere"].to_pylist()) == {True}
    assert set(links["reason"].to_pylist()) == {None}


def test_a_slogan_posted_daily_stays_one_cluster(tmp_path):
    index = DuplicateIndex(tmp_path)
    texts = [(f"{day:03d}", ORIGINAL + "!" * day) for day in range(90)]
    links = [index.add([text]) for text in texts]
    found = clusters([day for day, _ in texts], duplicate_index.pa.concat_tables(links))
    assert set(found.values()) == {"000"}


def test_an_index_of_another_version_is_refused(tmp_path):
    (tmp_path / "index.json").write_text('{"version": "0", "segments": []}')
    with pytest.raises(ValueError, match="delete the folder"):
        DuplicateIndex(tmp_path)


def test_nothing_is_nothing(tmp_path):
    assert DuplicateIndex(tmp_path).add([]).num_rows == 0
    assert clusters([], DuplicateIndex(tmp_path).add([])) == {}
