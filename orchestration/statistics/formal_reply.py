"""Formal replies, отписки (definition 13): how much a reply repeats its authority's others, and what it does not say.

The index is a measure of wording, not a verdict about people; its parts are always shown beside it.
"""

import hashlib
import re
from collections import defaultdict

import numpy as np
import pandas as pd

METHOD_VERSION = "1"
FORMAL_REPLY_COLUMNS = {
    "reply_id": "object",
    "max_jaccard_score": "float64",
    "has_action": "bool",
    "has_date": "bool",
    "has_place": "bool",
    "has_responsible": "bool",
    "formal_reply_score": "float64",
    "method_version": "object",
}
_WORD = re.compile(r"[а-яёa-z0-9]+")
_N_HASHES = 48
_ROWS_PER_BAND = 2
_MAX_COMPARED = 64

# Something was done, by somebody: a past participle or a perfective past; a promise or a reference is not an action.
_ACTION = re.compile(
    r"\b(выполнен\w*|устран[её]н\w*|отремонтирован\w*|убран\w*|вывез\w*|заменен\w*|заменён\w*|установлен\w*|восстановлен\w*"
    r"|очищен\w*|демонтирован\w*|произвед[её]н\w*|провед[её]н\w*|завершен\w*|завершён\w*|починен\w*|засыпан\w*|покрашен\w*"
    r"|удал[её]н\w*|ликвидирован\w*|произвел\w*|выехал\w*|вывесил\w*|закрыт\w*|отремонтировал\w*|устранил\w*|убрал\w*|заменил\w*|установил\w*|выдан\w*)\b"
)
_DATE = re.compile(
    r"\b\d{1,2}[./]\d{1,2}([./]\d{2,4})?\b"
    r"|\b\d{1,2} (январ|феврал|март|апрел|ма[яй]|июн|июл|август|сентябр|октябр|ноябр|декабр)\w*"
    r"|\bв течение \d+|\bдо конца (недели|месяца)\b|\b(сегодня|завтра|вчера)\b"
)
_PLACE = re.compile(
    r"\b(ул|улиц\w*|пр|просп\w*|пер|переул\w*|шоссе|наб|набережн\w*|бульвар\w*|площад\w*)\b[. ]"
    r"|\bд\. ?\d|\bдом\w* \d|\bподъезд\w* ?№? ?\d"
)
_RESPONSIBLE = re.compile(
    r"\b(ответственн\w*|исполнител\w*|мастер\w*|инженер\w*|начальник\w*|бригад\w*|диспетчер\w*|подрядчик\w*|ооо|ао|гуп|мкп|мку|жкс|тсж|ук)\b"
    r"|\bтел\.|\[phone\]|\[name\]"
)


def formal_replies(replies: pd.DataFrame) -> pd.DataFrame:
    """The index of every reply, (J + mean of the four absences) / 2, and its parts.

    J is the largest Jaccard similarity of the reply's 3-word shingles with those of another reply of the same
    authority; replies without an authority are compared with each other. Candidates come from MinHash bands and at most
    64 of a bucket are compared, so J is a lower bound where very many replies are nearly alike, and exact in practice.

    Args:
        replies: reply_id (str, distinct), authority_id (str or null), text (str or null).

    Returns:
        Columns of FORMAL_REPLY_COLUMNS, sorted by reply_id; replies without words are left out.
    """
    said = replies[replies["text"].fillna("").str.strip() != ""].sort_values("reply_id", ignore_index=True)
    texts = said["text"].str.lower().tolist()
    shingles = [_shingles(text) for text in texts]
    nearest = np.zeros(len(said))
    for _authority, rows in said.groupby(said["authority_id"].fillna(""), sort=True):
        _nearest_within(rows.index.to_list(), shingles, nearest)
    parts = {
        "has_action": [bool(_ACTION.search(text)) for text in texts],
        "has_date": [bool(_DATE.search(text)) for text in texts],
        "has_place": [bool(_PLACE.search(text)) for text in texts],
        "has_responsible": [bool(_RESPONSIBLE.search(text)) for text in texts],
    }
    absent = 1 - np.mean([np.asarray(values, dtype=float) for values in parts.values()], axis=0)
    frame = pd.DataFrame({"reply_id": said["reply_id"], "max_jaccard_score": nearest} | parts)
    frame["formal_reply_score"] = (nearest + absent) / 2
    frame["method_version"] = METHOD_VERSION
    return frame[list(FORMAL_REPLY_COLUMNS)].astype(FORMAL_REPLY_COLUMNS)


def _shingles(text: str) -> frozenset[int]:
    words = _WORD.findall(text.replace("ё", "е"))
    if len(words) < 3:
        return frozenset([_stable_hash(" ".join(words))])
    return frozenset(_stable_hash(" ".join(words[start : start + 3])) for start in range(len(words) - 2))


def _stable_hash(text: str) -> int:
    """64 bits, the same on every machine and in every process."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def _nearest_within(rows: list[int], shingles: list[frozenset[int]], nearest: np.ndarray) -> None:
    """Fills `nearest` for the replies of one authority."""
    by_words: dict[frozenset[int], list[int]] = defaultdict(list)
    for row in rows:
        by_words[shingles[row]].append(row)
    for same in by_words.values():
        if len(same) > 1:
            nearest[same] = 1.0
    distinct = sorted(by_words, key=lambda words: by_words[words][0])
    best = np.zeros(len(distinct))
    for left, right in sorted(_candidates(distinct)):
        common = len(distinct[left] & distinct[right])
        score = common / (len(distinct[left]) + len(distinct[right]) - common)
        best[left], best[right] = max(best[left], score), max(best[right], score)
    for number, words in enumerate(distinct):
        for row in by_words[words]:
            nearest[row] = max(nearest[row], best[number])


def _candidates(distinct: list[frozenset[int]]) -> set[tuple[int, int]]:
    """Pairs that share a MinHash band, by position."""
    buckets: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for number, words in enumerate(distinct):
        signature = _signature(words)
        for band in range(0, _N_HASHES, _ROWS_PER_BAND):
            buckets[band, *signature[band : band + _ROWS_PER_BAND]].append(number)
    return {
        (left, right)
        for members in buckets.values()
        for index, left in enumerate(members)
        for right in members[index + 1 : index + 1 + _MAX_COMPARED]
    }


_MULTIPLIERS = np.random.default_rng(20_03).integers(1, 2**63, size=_N_HASHES, dtype=np.uint64) | np.uint64(1)


def _signature(words: frozenset[int]) -> list[int]:
    values = np.fromiter(words, dtype=np.uint64, count=len(words))
    # multiply-shift hashing; the high bits are the well mixed ones
    mixed = (values[:, None] * _MULTIPLIERS[None, :]) >> np.uint64(16)
    return mixed.min(axis=0).tolist()
