"""Which pairs the index finds: a function of the texts, whatever the order and the cut, and linear in their number."""

import functools
import itertools

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.duplicate_index import MIN_SHARED_BANDS, REPRESENTATIVES, DuplicateIndex
from nlp.duplicate_segments import keys_of_hashes
from nlp.duplicate_words import read_words
from nlp.duplicates import MIN_JACCARD, band_keys, compare

_HEADS = ("На Речной темно", "Во дворе не вывозят мусор", "Автобус номер пять опять не пришёл утром")
_TAILS = ("", " примите меры", " уже вторую неделю подряд", " и сегодня, и вчера, и на прошлой неделе тоже")
# Families of equal and near-equal texts, larger than a bucket's representatives in these tests.
TEXTS = [
    (f"{number:03d}", f"{head}{tail}{'!' * mark}")
    for number, (head, tail, mark) in enumerate(itertools.product(_HEADS, _TAILS, range(6)))
]
_FEW = 3


def pairs_by_definition(texts, representatives):
    """Every pair compared one by one: the set as the module says it, in the slowest way."""
    order = sorted(texts, key=lambda item: keys_of_hashes([item[0]])[0])
    words = [read_words(text) for _, text in order]
    keys = band_keys(words)
    before = [(keys[:place] == keys[place]).sum(axis=0) for place in range(len(order))]
    found = set()
    for a, b in itertools.combinations(range(len(order)), 2):
        n_shared = ((keys[a] == keys[b]) & (before[a] < representatives)).sum()
        if n_shared >= MIN_SHARED_BANDS and compare(words[a], words[b]).jaccard >= MIN_JACCARD:
            found.add(tuple(sorted((order[a][0], order[b][0]))))
    return found


def pairs_by_index(batches, folder, representatives):
    """The set as a caller keeps it: links added, outdated pairs taken out."""
    index = DuplicateIndex(folder, representatives=representatives)
    kept = set()
    for batch in batches:
        found = index.find(batch)
        standing = sorted(pair for pair in kept if set(pair) & set(found.displaced))
        pairs = pa.table({"a": [pair[0] for pair in standing], "b": [pair[1] for pair in standing]})
        gone = found.outdated(pairs).to_pylist() if standing else []
        kept -= {pair for pair, is_gone in zip(standing, gone, strict=True) if is_gone}
        links = found.links.filter(pa.compute.greater_equal(found.links["jaccard"], MIN_JACCARD))
        new = set(zip(links["text_hash"].to_pylist(), links["other_text_hash"].to_pylist(), strict=True))
        assert not new & kept, "a pair was found twice"
        kept |= new
        index.commit(found)
    return kept


@functools.cache
def expected(representatives):
    return pairs_by_definition(TEXTS, representatives)


@st.composite
def deliveries(draw):
    """The same texts in any order, cut anywhere, some delivered twice."""
    order = draw(st.permutations(TEXTS))
    cuts = sorted(draw(st.sets(st.integers(1, len(order) - 1), max_size=8)))
    batches = [order[start:end] for start, end in itertools.pairwise([0, *cuts, len(order)])]
    again = draw(st.lists(st.sampled_from(TEXTS), max_size=5))
    return [*batches, again]


@settings(deadline=None, max_examples=25)
@given(deliveries())
def test_any_order_and_any_cut_give_the_same_pairs(tmp_path_factory, batches):
    assert pairs_by_index(batches, tmp_path_factory.mktemp("index"), _FEW) == expected(_FEW)


def test_representatives_are_exceeded_in_these_tests():
    assert expected(_FEW) < expected(len(TEXTS))


def test_a_family_no_larger_than_the_representatives_is_found_whole(tmp_path):
    family = TEXTS[:6]
    assert pairs_by_index([family], tmp_path, 6) == set(itertools.combinations([key for key, _ in family], 2))


def test_a_family_of_thousands_has_a_linear_number_of_pairs_and_is_one(tmp_path):
    texts = [
        (f"{number:05d}", f"Соседи, подпишите обращение о сквере у дома культуры{'!' * number}")
        for number in range(3_000)
    ]
    links = DuplicateIndex(tmp_path).add(texts)
    assert len(links) == REPRESENTATIVES * len(texts) - REPRESENTATIVES * (REPRESENTATIVES + 1) // 2
    neighbours = set(links["text_hash"].to_pylist()) | set(links["other_text_hash"].to_pylist())
    assert len(neighbours) == len(texts)


def test_texts_without_words_are_nobodys_copies(tmp_path):
    assert len(DuplicateIndex(tmp_path).add([("a", "👍"), ("b", "🔥🔥"), ("c", "")])) == 0
