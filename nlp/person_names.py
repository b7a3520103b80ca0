"""People's names in Russian texts: a neural recogniser and rules over words, each for what the other misses.

The recogniser is natasha's slovnet (MIT), whose weights lie in its wheel: it reads names in context, foreign ones too,
and fails on capitals, small letters and signatures. The rules know first names, surnames and patronymics by pymorphy's
grammemes and take them where they stand together, behind initials, or behind a word for a person («врач Кузнецова»).
A street, school or square that bears a name is no person. A text without a word that could be a name is not read by the
recogniser, which costs a hundred times as much as the rules.
"""

import functools
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from nlp.lemmas import morphology
from nlp.name_recogniser import Span as Span
from nlp.name_recogniser import pieces_of, recognised

NAMES_VERSION = "n1"
"""Raised whenever other names would be found; part of the version of masked texts."""

PLACEHOLDER = "[имя]"

_TOKEN = re.compile(r"[А-ЯЁа-яё]+(?:-[А-ЯЁа-яё]+)*|[A-Za-z]+|\d+|[^\sА-ЯЁа-яёA-Za-z\d]")
_LETTERS = re.compile(r"[А-ЯЁа-яё]")
_MAX_FORMS = 200_000
_LEAST_SCORE = 0.05
_NO_WORD: tuple[frozenset[str], frozenset[str], bool] = (frozenset(), frozenset(), True)

_NAME, _SURNAME, _PATRONYMIC = "Name", "Surn", "Patr"
_KINDS = {_NAME, _SURNAME, _PATRONYMIC}

# Dictionary forms behind which a word that could be a name is one.
_CUES = frozenset(
    """
    врач доктор медсестра медбрат фельдшер терапевт педиатр хирург участковый директор директриса заведующий
    завуч учитель учительница педагог воспитатель воспитательница тренер водитель кондуктор мастер инженер
    начальник глава мэр губернатор депутат министр заместитель зам председатель управляющий бухгалтер прораб
    слесарь сантехник электрик дворник консьерж консьержка инспектор следователь судья прокурор полицейский
    полковник майор капитан лейтенант сосед соседка гражданин гражданка господин госпожа товарищ фамилия имя
    отчество звать муж жена супруг супруга мама мать отец папа брат сестра сын дочь дочка бабушка дедушка внук
    внучка тётя дядя пенсионер пенсионерка житель жительница ветеран инвалид заявитель заявительница
    представитель специалист сотрудник сотрудница оператор менеджер продавец кассир администратор уважение
    благодарность ип предприниматель подруга друг ребёнок мальчик девочка куратор исполнитель
    """.split()  # noqa: SIM905
)
# Dictionary forms and short ones before which, or behind which, a name is that of a place; behind a house only a name
# without a patronymic is («школа Гагарина», but «директор школы Марья Петровна»).
_STREETS = frozenset(
    """
    улица ул проспект пр просп пр-т пр-кт переулок пер площадь пл бульвар б-р бул шоссе ш набережная наб проезд
    тупик аллея сквер парк сад мост памятник имя им станция метро остановка ост микрорайон мкр мкрн квартал
    район город г посёлок пос п село с деревня д станица хутор область край республика озеро река
    """.split()  # noqa: SIM905
)
_HOUSES = frozenset(
    """
    школа гимназия лицей театр музей библиотека дк дворец стадион больница поликлиника завод фабрика жк снт
    """.split()  # noqa: SIM905
)
# First names in small letters that are mostly words.
_ALSO_WORDS = frozenset(
    """
    вера надежда любовь роман лев слава рада мила лада нона злата май роза лилия мир владимир
    """.split()  # noqa: SIM905
)


class _Word(NamedTuple):
    start: int
    end: int
    text: str
    kinds: frozenset[str]
    """Which of first name, surname, patronymic it may be."""
    lemmas: frozenset[str]
    is_known: bool

    @property
    def is_cyrillic(self) -> bool:
        return _LETTERS.match(self.text) is not None

    @property
    def is_title(self) -> bool:
        return self.text[0].isupper()

    @property
    def is_initial(self) -> bool:
        return len(self.text) == 1 and self.text.isupper() and self.is_cyrillic

    @property
    def may_be_name(self) -> bool:
        """A capitalised word that is known as a name, or that nobody knows."""
        return self.is_cyrillic and self.is_title and len(self.text) > 2 and bool(self.kinds or not self.is_known)


def find_names(texts: Sequence[str], *, is_read_in_context: bool = True) -> list[list[Span]]:
    """Names of people in each text, in order of place, none over another.

    Args:
        texts: any length.
        is_read_in_context: False for strings that are no sentences, such as the name of a place: the recogniser, which
            reads words by those around them, would guess.
    """
    words = [_words(text) for text in texts]
    found = [list(_by_rules(text, of_text)) for text, of_text in zip(texts, words, strict=True)]
    doubtful = [row for row, of_text in enumerate(words) if is_read_in_context and _may_hold_name(of_text)]
    pieces = [piece for row in doubtful for piece in pieces_of(row, texts[row])]
    for (row, offset, _), spans in zip(pieces, recognised([text for *_, text in pieces]), strict=True):
        for span in spans:
            moved = Span(span.start + offset, span.end + offset)
            if _is_likely(words[row], moved) and not _is_of_place(words[row], moved):
                found[row].append(moved)
    return [_merged(spans) for spans in found]


def _words(text: str) -> list[_Word]:
    words = []
    for match in _TOKEN.finditer(text):
        kinds, lemmas, is_known = (
            _form(match[0].lower()) if _LETTERS.match(match[0]) else (frozenset(), frozenset(), True)
        )
        words.append(_Word(match.start(), match.end(), match[0], kinds, lemmas, is_known))
    return words


@functools.lru_cache(maxsize=_MAX_FORMS)
def _form(lower: str) -> tuple[frozenset[str], frozenset[str], bool]:
    """Which kinds of name a word form may be, its dictionary forms, and whether the dictionary knows it."""
    analyzer = morphology()
    parses = [parse for parse in analyzer.parse(lower) if parse.score >= _LEAST_SCORE]
    kinds = _KINDS.intersection(grammeme for parse in parses for grammeme in parse.tag.grammemes)
    return (
        frozenset(kinds),
        frozenset({lower, *(parse.normal_form for parse in parses)}),
        bool(analyzer.word_is_known(lower)),
    )


def _may_hold_name(words: Sequence[_Word]) -> bool:
    """Whether a text has a word that could be a name of a person, so that reading it may be worth its cost."""
    return any(word.may_be_name and not _is_of_place(words, Span(word.start, word.end)) for word in words)


def _by_rules(text: str, words: Sequence[_Word]) -> Iterator[Span]:
    """Names by the words they are made of, from left to right; the longest of those that begin at a word."""
    number = 0
    while number < len(words):
        length = _length(words, number)
        if length:
            span = Span(words[number].start, words[number + length - 1].end)
            if not _is_of_place(words, span):
                yield span
            number += length
        else:
            number += 1


def _length(words: Sequence[_Word], number: int) -> int:
    """How many words from here on are a name; 0 for none."""
    return _with_initials(words, number) or _together(words, number) or _behind_cue(words, number)


def _with_initials(words: Sequence[_Word], number: int) -> int:
    """«И. И. Сидоров», «Сидоров И.И.», «Сидоров И.»."""

    def initials(at: int) -> int:
        n = 0
        while at + n + 1 < len(words) and words[at + n].is_initial and words[at + n + 1].text == ".":
            n += 2
        return n

    n_before = initials(number)
    if n_before:
        last = number + n_before
        is_name = last < len(words) and words[last].is_cyrillic and words[last].is_title and len(words[last].text) > 2
        return n_before + 1 if is_name and n_before <= 4 else 0
    first = words[number]
    if (
        first.is_cyrillic
        and first.is_title
        and len(first.text) > 2
        and (n_behind := initials(number + 1))
        and n_behind <= 4
    ):
        # «на ул. Садовой д. 5»: a sentence may end in a letter of a house
        return 1 + n_behind if n_behind == 4 or _SURNAME in first.kinds else 0
    return 0


def _together(words: Sequence[_Word], number: int) -> int:
    """A first name with a patronymic or a surname, in any order; a patronymic alone."""
    first = words[number]
    if not first.is_cyrillic or len(first.text) < 2:
        return 0
    run = [first]
    for word in words[number + 1 : number + 4]:
        if not word.is_cyrillic or len(word.text) < 2:
            break
        run.append(word)
    for n in range(min(3, len(run)), 1, -1):
        if _is_full_name(run[:n]):
            return n
    return 1 if first.is_title and _PATRONYMIC in first.kinds and _SURNAME not in first.kinds else 0


def _is_full_name(run: Sequence[_Word]) -> bool:
    """Whether words are one name: two kinds of it at least, capitalised, or in small letters with a patronymic."""
    kinds = [word.kinds for word in run]
    is_titled = all(word.is_title for word in run)
    has_patronymic = any(_PATRONYMIC in kind for kind in kinds)
    if not is_titled and not has_patronymic:
        return False
    if len(run) == 3:
        return has_patronymic and all(kind or word.may_be_name for kind, word in zip(kinds, run, strict=True))
    one, other = run
    if _NAME in one.kinds and _PATRONYMIC in other.kinds:
        return True
    if not is_titled:
        return False
    is_named = (_NAME in one.kinds and (other.kinds or not other.is_known)) or (
        _NAME in other.kinds and (one.kinds or not one.is_known)
    )
    return bool(is_named)


def _behind_cue(words: Sequence[_Word], number: int) -> int:
    """Words behind one for a person: up to three that could be a name; one in small letters if only that."""
    if number == 0:
        return 0
    before = words[number - 1]
    if before.text in ":,-—" and number > 1:
        before = words[number - 2]
    if not before.lemmas & _CUES:
        return 0
    n = 0
    for word in words[number : number + 3]:
        if not ((word.may_be_name and word.kinds) or _is_foreign(word)):
            break
        n += 1
    if n:
        return n
    first = words[number]
    if _NAME in first.kinds and len(first.text) > 2 and first.lemmas.isdisjoint(_ALSO_WORDS):
        second = words[number + 1] if number + 1 < len(words) else None
        return 2 if second is not None and second.is_cyrillic and _SURNAME in second.kinds else 1
    return 0


def _is_foreign(word: _Word) -> bool:
    """A capitalised word that the dictionary does not know, such as a surname of another language."""
    return word.is_cyrillic and word.is_title and not word.is_known and len(word.text) > 3 and not word.text.isupper()


def _is_of_place(words: Sequence[_Word], span: Span) -> bool:
    """Whether a name is part of a place's: behind or before a word such as «улица», with a stop or a number between."""
    before = [word for word in words if word.end <= span.start][-3:]
    behind = [word for word in words if word.start >= span.end][:1]
    inside = [word for word in words if span.start <= word.start < span.end]
    has_patronymic = len(inside) > 1 and any(_PATRONYMIC in word.kinds for word in inside)
    places = _STREETS if has_patronymic else _STREETS | _HOUSES
    for word in reversed(before):
        if word.lemmas & places:
            return True
        if word.text not in ".«\"'№" and not word.text.isdigit():
            break
    after = [word for word in words if word.start >= span.end][:2]
    is_before_address = len(after) == 2 and after[0].text == "," and bool(after[1].lemmas & _STREETS)
    return is_before_address or any(word.lemmas & _STREETS - {"имя", "с", "д", "п", "г"} for word in behind)


def _is_likely(words: Sequence[_Word], span: Span) -> bool:
    """Whether what the recogniser took for a name may be one: a word by its form, or several beside each other.

    A lone word that is no name by its form is a town; words in capitals tell it nothing.
    """
    inside = [word for word in words if span.start <= word.start < span.end and word.is_cyrillic]
    is_guessed = len(inside) == 1 or all(word.text.isupper() for word in inside)
    return not is_guessed or any(word.kinds for word in inside)


def _merged(spans: Sequence[Span]) -> list[Span]:
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(span.end, merged[-1].end))
        else:
            merged.append(span)
    return merged
