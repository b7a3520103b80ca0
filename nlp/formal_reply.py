"""Formal replies, отписки (definition 13): how much a reply repeats its authority's others, and what it does not say.

The index is a measure of wording, not a verdict about people; its parts are always shown beside it.
"""

import functools
import re
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa
from scipy.sparse import csr_array

from nlp.minhash import minima, word_key
from nlp.place_lexicon import noun_pattern, street_words

METHOD_VERSION = "3"
FORMAL_REPLY_SCHEMA = pa.schema(
    [
        pa.field("reply_id", pa.string(), False, {"doc": "Reply."}),
        pa.field(
            "max_jaccard_score", pa.float64(), False, {"doc": "Likeness to its authority's likest reply, 0 to 1."}
        ),
        pa.field("has_action", pa.bool_(), False, {"doc": "Whether it says what was done."}),
        pa.field("has_date", pa.bool_(), False, {"doc": "Whether it names a date or term."}),
        pa.field("has_place", pa.bool_(), False, {"doc": "Whether it names the place."}),
        pa.field("has_responsible", pa.bool_(), False, {"doc": "Whether it names who is responsible."}),
        pa.field("formal_reply_score", pa.float64(), False, {"doc": "Mean of likeness and share of the four absent."}),
        pa.field("method_version", pa.string(), False, {"doc": "Version of the method."}),
    ],
    metadata={"doc": "One row per reply with words."},
)
_WORD = re.compile(r"[а-яёa-z0-9]+")
_SHINGLE_WORDS = 3
_N_HASHES = 48
_ROWS_PER_BAND = 2
_SORTED_BY = 8
_NEIGHBOURS = 4
_PAIRS_AT_ONCE, _SETS_AT_ONCE = 200_000, 20_000

# Something was done, by somebody: a past participle or a perfective past; a promise or a reference is not an action.
_ACTION = re.compile(
    r"\b(выполнен\w*|устран[её]н\w*|отремонтирован\w*|убран\w*|вывез\w*|заменен\w*|заменён\w*|установлен\w*|восстановлен\w*"
    r"|очищен\w*|демонтирован\w*|произвед[её]н\w*|провед[её]н\w*|завершен\w*|завершён\w*|починен\w*|засыпан\w*|покрашен\w*"
    r"|удал[её]н\w*|ликвидирован\w*|произвел\w*|выехал\w*|вывесил\w*|закрыт\w*|отремонтировал\w*|устранил\w*|убрал\w*|заменил\w*|установил\w*|выдан\w*"
    r"|удалил\w*|закрыл\w*|вывезл\w*|очистил\w*|покрасил\w*|засыпал\w*|выполнил\w*|восстановил\w*"
    r"|отчищен\w*|закрашен\w*|снят\w*(?! с контроля)|привед[её]н\w* в (надлежащ|нормативн|исправн|порядок)\w*)\b"
)
_DATE = re.compile(
    r"\b\d{1,2}[./]\d{1,2}([./]\d{2,4})?\b"
    r"|\b\d{1,2} (январ|феврал|март|апрел|ма[яй]|июн|июл|август|сентябр|октябр|ноябр|декабр)\w*"
    r"|\bв течение \d+|\bдо конца (недели|месяца)\b|\b(сегодня|завтра|вчера)\b"
)
# Not «линия» or «проезд»: there is a hot line, and a way through. Their case forms and abbreviations are the lexicon's.
_STREETS = ("улица", "проспект", "переулок", "шоссе", "набережная", "бульвар", "площадь")
_HOUSE = r"\bд\. ?\d|\bдом\w* \d|\bподъезд\w* ?№? ?\d"
_RESPONSIBLE = re.compile(
    r"\b(ответственн\w*|исполнител\w*|мастер\w*|инженер\w*|начальник\w*|бригад\w*|диспетчер\w*|подрядчик\w*|ооо|ао|гуп|мкп|мку|жкс|тсж|ук)\b"
    r"|\bтел\.|\[phone\]|\[name\]|\[имя\]"
)


@functools.cache
def _parts() -> dict[str, re.Pattern[str]]:
    """Pattern of each thing that a reply with substance says."""
    streets = "|".join([*map(noun_pattern, _STREETS), *map(re.escape, street_words(*_STREETS))])
    place = re.compile(rf"\b({streets})\b[. ]|{_HOUSE}")
    return {"has_action": _ACTION, "has_date": _DATE, "has_place": place, "has_responsible": _RESPONSIBLE}


def formal_replies(replies: pd.DataFrame) -> pd.DataFrame:
    """The index of every reply, (J + mean of the four absences) / 2, and its parts.

    J is the largest Jaccard similarity of the reply's 3-word shingles with those of another reply of the same
    authority; replies without an authority are compared with each other. Candidates come from MinHash bands, so J is a
    lower bound: a pair is found with probability 1 − (1 − J²)²⁴, which is .92 at J = .3 and over .99 from J = .43 on.

    Args:
        replies: reply_id (str, distinct), authority_id (str or null), text (str or null).

    Returns:
        Columns of FORMAL_REPLY_SCHEMA, sorted by reply_id; replies without words are left out.
    """
    said = replies[replies["text"].fillna("").str.strip() != ""].sort_values("reply_id", ignore_index=True)
    # Replies repeat: each wording is read once.
    wording, texts = pd.factorize(said["text"].str.lower())
    triples = _word_triples(list(texts))
    nearest = np.zeros(len(said))
    for _authority, rows in said.groupby(said["authority_id"].fillna(""), sort=True):
        nearest[rows.index] = _nearest_within(wording[rows.index], triples)
    parts = {
        name: np.array([bool(pattern.search(text)) for text in texts], dtype=bool)[wording]
        for name, pattern in _parts().items()
    }
    absent = 1 - np.mean([np.asarray(values, dtype=float) for values in parts.values()], axis=0)
    frame = pd.DataFrame({"reply_id": said["reply_id"], "max_jaccard_score": nearest} | parts)
    frame["formal_reply_score"] = (nearest + absent) / 2
    frame["method_version"] = METHOD_VERSION
    typed: pd.DataFrame = pa.Table.from_pandas(frame, schema=FORMAL_REPLY_SCHEMA, preserve_index=False).to_pandas()
    return typed


def _nearest_within(wording: np.ndarray, triples: list[np.ndarray]) -> np.ndarray:
    """Largest similarity of each reply of one authority to another of its replies.

    Args:
        wording: position of its text in `triples`, a reply.
        triples: shingles by text; two texts may have the same ones.
    """
    texts, text_of_reply, n_replies = np.unique(wording, return_inverse=True, return_counts=True)
    sets: dict[bytes, int] = {}
    number = np.array([sets.setdefault(triples[text].tobytes(), len(sets)) for text in texts], dtype=np.int64)
    members = np.zeros(len(sets), dtype=np.int64)
    np.add.at(members, number, n_replies)
    nearest = _nearest_of_each([np.frombuffer(key, dtype=np.uint64) for key in sets])
    nearest[members > 1] = 1.0
    return nearest[number][text_of_reply]


def _word_triples(texts: list[str]) -> list[np.ndarray]:
    """Sorted hashes of the distinct 3-word shingles of each text; of a shorter text, of all its words together."""
    triples = []
    for text in texts:
        words = _WORD.findall(text.replace("ё", "е"))
        keys = np.fromiter(map(word_key, words), dtype=np.uint64, count=len(words))
        if len(keys) < _SHINGLE_WORDS:
            keys = np.concatenate([keys, np.zeros(_SHINGLE_WORDS - len(keys), dtype=np.uint64)])
        triples.append(np.unique(_mixed(_mixed(_mixed(keys[:-2]) + keys[1:-1]) + keys[2:])))
    return triples


def _mixed(keys: np.ndarray) -> np.ndarray:
    """A permutation of 64-bit numbers that leaves nothing of their order (the finaliser of SplitMix64, Steele 2014)."""
    keys = (keys ^ (keys >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    keys = (keys ^ (keys >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: np.ndarray = keys ^ (keys >> np.uint64(31))
    return mixed


def _nearest_of_each(triples: list[np.ndarray]) -> np.ndarray:
    """Largest Jaccard similarity of each set to another one of the list; the sets are distinct."""
    nearest = np.zeros(len(triples))
    sizes = np.array([len(one) for one in triples])
    if len(triples) < 2:
        return nearest
    _, columns = np.unique(np.concatenate(triples), return_inverse=True)
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    matrix = csr_array((np.ones(len(columns), dtype=np.int32), columns, offsets))
    for left, right in _candidates(_signatures(triples)):
        common = matrix[left].multiply(matrix[right]).sum(axis=1)
        score = common / (sizes[left] + sizes[right] - common)
        np.maximum.at(nearest, left, score)
        np.maximum.at(nearest, right, score)
    return nearest


def _candidates(signatures: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Pairs that share a MinHash band, by position: neighbours when sorted by the band and then by what follows it.

    So the nearest of a large bucket stand side by side (as in an LSH forest, Bawa et al. 2005).
    """
    for band in range(0, _N_HASHES, _ROWS_PER_BAND):
        turned = np.roll(signatures, -band, axis=1)
        order = np.lexsort(turned.T[:_SORTED_BY][::-1])
        keys = turned[order, :_ROWS_PER_BAND]
        for distance in range(1, min(_NEIGHBOURS, len(order) - 1) + 1):
            is_shared = (keys[distance:] == keys[:-distance]).all(axis=1)
            for part in np.array_split(np.flatnonzero(is_shared), -(-int(is_shared.sum()) // _PAIRS_AT_ONCE) or 1):
                if len(part):
                    yield order[part], order[part + distance]


_MULTIPLIERS = np.random.default_rng(20_03).integers(1, 2**63, size=_N_HASHES, dtype=np.uint64) | np.uint64(1)
_ADDENDS = np.zeros_like(_MULTIPLIERS)


def _signatures(triples: list[np.ndarray]) -> np.ndarray:
    """MinHash signatures, one row a set."""
    rows = []
    for start in range(0, len(triples), _SETS_AT_ONCE):
        some = triples[start : start + _SETS_AT_ONCE]
        rows.append(minima(np.concatenate(some), [len(one) for one in some], _MULTIPLIERS, _ADDENDS))
    return np.concatenate(rows)
