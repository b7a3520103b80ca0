"""Words of a text as the comparison of near-duplicates sees them: lemmas in order, and which of them locate.

What two rows of words have in common belongs to `nlp.duplicates`. Changing what is read here means raising
`nlp.duplicates.DUPLICATE_RULES_VERSION`.
"""

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from nlp.lemmas import fold, morphology
from nlp.place_lexicon import words_before_a_name

SHINGLE_WORDS = 3
MAX_WORDS = 400
_CACHED_WORDS = 400_000
_STOP_WEIGHT, _WORD_WEIGHT, _PLACE_WEIGHT = 0.2, 1.0, 1.5

_TOKEN = re.compile(r"[0-9]+[а-яё]?(?![а-яёa-z])|[а-яёa-z]+", re.IGNORECASE)
_SENTENCE_START = re.compile(r"(?:^|[.!?…\n])[^\w]*$")
STOP_WORDS = frozenset(
    (
        "а", "без", "бы", "в", "во", "вот", "вы", "где", "да", "даже", "для", "до", "если", "есть", "еще", "ж", "же",
        "за", "и", "из", "или", "их", "к", "как", "ко", "когда", "ли", "мы", "на", "над", "не", "него", "нет",
        "ни", "но",
        "ну", "о", "об", "он", "она", "они", "от", "очень", "по", "под", "при", "про", "с", "со", "так", "также", "там",
        "то", "только", "тот", "тоже", "ты", "у", "уже", "что", "чтобы", "это", "этот", "я", "наш", "ваш",
        "мой", "свой",
        "который", "быть", "весь", "здравствуйте", "добрый", "день", "вечер", "утро", "время", "сутки", "доброго",
        "уважаемый", "просить", "прошу", "пожалуйста", "спасибо", "перепост", "репост", "дом", "д", "кв",
    )
)  # fmt: skip


@dataclass(frozen=True)
class TextWords:
    """Words of a text as comparison sees them.

    Attributes:
        lemmas: lemmas and numbers in order, at most `MAX_WORDS`.
        places: those of them that locate: numbers, names within a sentence, names beside a word such as «улица».
    """

    lemmas: tuple[str, ...]
    places: frozenset[str]

    @functools.cached_property
    def vocabulary(self) -> frozenset[str]:
        """The lemmas as a set."""
        return frozenset(self.lemmas)

    @functools.cached_property
    def numbers(self) -> frozenset[str]:
        """Those that begin with a digit."""
        return frozenset(lemma for lemma in self.lemmas if lemma[0].isdigit())

    @functools.cached_property
    def weight(self) -> float:
        """Of all distinct lemmas together."""
        return sum(map(self.weight_of, self.vocabulary))

    def weight_of(self, lemma: str) -> float:
        """How much a lemma of the text tells of what it is about."""
        if lemma in STOP_WORDS:
            return _STOP_WEIGHT
        return _PLACE_WEIGHT if lemma in self.places else _WORD_WEIGHT

    @functools.cached_property
    def shingles(self) -> frozenset[int]:
        """Runs of three lemmas, hashed (of use in this process alone); a text of fewer lemmas is one run."""
        if len(self.lemmas) < SHINGLE_WORDS:
            return frozenset((hash(self.lemmas),)) if self.lemmas else frozenset()
        return frozenset(map(hash, zip(self.lemmas, self.lemmas[1:], self.lemmas[2:], strict=False)))


def read_words(text: str) -> TextWords:
    """Lemmas of a text. Emoji, punctuation, capitals and «ё» do not count."""
    tokens = []
    is_shouting = text.isupper()
    for match in _TOKEN.finditer(text):
        tokens.append((match[0], match.start()))
        if len(tokens) == MAX_WORDS:
            break
    lemmas = tuple(_lemma(token.lower()) for token, _ in tokens)
    places = set()
    for index, (token, start) in enumerate(tokens):
        is_name = token[0].isupper() and not is_shouting
        is_name = is_name and not _SENTENCE_START.search(text, max(0, start - 6), start)
        if is_name or token[0].isdigit() or _is_beside_cue(lemmas, index):
            places.add(lemmas[index])
    return TextWords(lemmas, frozenset(places))


def _is_beside_cue(lemmas: Sequence[str], index: int) -> bool:
    cues = words_before_a_name()
    return index > 0 and lemmas[index - 1] in cues and lemmas[index] not in cues and lemmas[index] not in STOP_WORDS


@functools.lru_cache(maxsize=_CACHED_WORDS)
def _lemma(word: str) -> str:
    """Dictionary form, «ё» as «е»; numbers and foreign words as they are."""
    folded = fold(word)
    if not "а" <= folded[0] <= "я":
        return folded
    return fold(morphology().parse(folded)[0].normal_form)
