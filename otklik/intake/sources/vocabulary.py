"""The words people use for our fields, in Russian and English, and the shapes in which they write instants.

Data first, so that a synonym is added by adding a word. Which column becomes which field is
`otklik/intake/sources/guessing.py`.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from otklik.home.engine import quoted_name

SYNONYMS: dict[str, tuple[str, ...]] = {
    "id": (
        "id", "post id", "message id", "номер", "id обращения", "номер обращения", "№", "код", "number", "uid",
        "guid",
    ),
    "time": (
        "posted at", "created at", "sent at", "date", "time", "datetime", "timestamp", "дата", "время", "дата и время",
        "дата создания", "дата обращения", "дата поступления", "дата регистрации", "дата публикации", "дата отправки",
        "создано", "поступило", "зарегистрировано", "отправлено", "published at", "created", "posted", "sent",
        "requested datetime", "day",
    ),
    "text": (
        "text", "message", "body", "content", "words", "description", "текст", "сообщение", "текст обращения",
        "текст сообщения", "текст инцидента", "описание", "содержание", "комментарий", "comment", "обращение",
        "суть", "суть обращения", "текст проблемы", "проблема",
    ),
    "author": (
        "author", "user", "username", "from id", "owner id", "автор", "заявитель", "пользователь", "логин",
        "author id", "account",
    ),
    "parent": ("parent id", "parent post id", "reply to", "reply to message id", "in reply to", "ответ на", "родитель"),
    "thread": ("thread id", "conversation id", "topic id", "тред", "обсуждение", "цепочка"),
    "url": ("url", "link", "ссылка", "адрес страницы", "permalink"),
    "lat": ("lat", "latitude", "широта"),
    "lon": ("lon", "lng", "long", "longitude", "долгота"),
    "place": ("address", "адрес", "place", "место", "адрес проблемы", "location", "address string"),
    "municipality": ("municipality", "муниципалитет", "муниципальное образование", "мо", "город", "city", "округ"),
    "district": ("district", "район", "микрорайон"),
    "group": ("group", "category", "категория", "группа тем", "группа", "рубрика", "service name"),
    "topic": ("topic", "reason", "тема", "причина", "подкатегория", "тема обращения", "subcategory"),
    "authority": (
        "executor", "authority", "исполнитель", "ответственный", "орган власти", "agency", "agency responsible",
        "ведомство",
    ),
    "reply_time": (
        "дата ответа", "дата и время ответа", "время ответа", "ответ дан", "дан ответ", "reply date", "replied at",
        "answer date", "answered at", "response date", "responded at", "date of reply",
    ),
    "reply_text": (
        "ответ", "текст ответа", "ответ органа власти", "reply", "reply text", "answer", "answer text", "response",
    ),
    "reactions": ("likes", "reactions", "лайки", "реакции", "like count"),
    "channel": ("channel", "network", "канал", "сеть", "источник"),
    "sender": ("sender", "from", "от", "отправитель", "от кого", "sender address"),
    "recipients": ("recipients", "to", "кому", "получатели", "получатель", "recipient address", "recipient"),
    "subject": ("subject", "тема", "тема письма", "message subject"),
    "size": ("size", "размер", "total bytes", "bytes"),
    "accounts": (
        "accounts", "email", "e mail", "mail", "login", "логин", "почта", "эл почта", "доп почта", "employee",
        "учетная запись", "username",
    ),
    "person_id": ("person id", "employee id", "табельный номер", "employee", "id", "код"),
    "department": ("department", "подразделение", "департамент", "управление"),
    "unit": ("unit", "отдел", "group", "сектор"),
    "title": ("title", "должность", "position", "job title"),
    "manager": ("manager", "руководитель", "начальник", "head"),
    "valid_from": ("valid from", "действует с", "дата приема", "hired at"),
    "valid_to": ("valid to", "действует по", "дата увольнения"),
    "place_code": ("oktmo", "октмо", "код", "code", "municipality id"),
    "place_name": (
        "municipality", "муниципалитет", "name", "название", "наименование", "short name", "municipality short",
    ),
    "region": ("region", "регион", "субъект", "субъект рф"),
    "kind": ("kind", "type", "вид", "тип"),
    "centre": ("centre", "center", "центр", "административный центр"),
    "population": ("population", "население", "численность"),
}  # fmt: skip

# what a status or kind of a nested event says, by the beginning of a word in it; the first that fits
_EVENT_WORDS: tuple[tuple[str, str], ...] = (
    ("не удовлетвор|не подтвержд|unsatisf|refut", "refuted"),
    ("проект ответ|черновик|draft", "reply_drafted"),
    ("ответ согласов|согласован|approved", "reply_approved"),
    ("промежуточн|interim", "interim_reply"),
    ("удовлетвор|подтвер|confirm", "confirmed"),
    ("уточн|clarif", "clarification_requested"),
    ("переадрес|перенаправ|route|forward", "rerouted"),
    ("возобнов|повторн|reopen", "reopened"),
    ("автоматич|закры|заверш|closed|archiv", "closed"),
    ("ответ|answer|reply|response|решен", "reply"),
    ("рассмотр|в работ|принят|accept|progress|review", "accepted"),
    ("модерац|зарегистр|поступ|новое|petition|received|created|open|submitted", "received"),
)

# the others are what the quarantine is for
_SHARE_OF_INSTANTS = 0.5

_SIMPLE = re.compile(r"[a-z][a-z0-9_]*")
_KEYWORDS = {"at", "to", "from", "order", "group", "user", "end", "select", "desc", "table", "when", "case", "default"}
_ISO = re.compile(r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d.*)?")
_DOTTED = re.compile(r"\d{1,2}\.\d{1,2}\.\d{4}( \d{1,2}:\d\d(:\d\d)?)?")
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/\d{4}( \d{1,2}:\d\d(:\d\d)?)?")
_OFFSET = re.compile(r"\d:\d\d(:\d\d(\.\d+)?)?\s*(Z|[+-]\d\d(:?\d\d)?)$")


@dataclass(frozen=True)
class Column:
    """A column of the file with a sample of its values, as they came."""

    name: str
    values: tuple[Any, ...]

    @property
    def present(self) -> list[Any]:
        """Values that say something."""
        return [value for value in self.values if value not in (None, "")]

    @property
    def sql(self) -> str:
        """The column in SQL."""
        return identifier(self.name)


def identifier(name: str) -> str:
    """A SQL identifier, quoted where it must be."""
    if _SIMPLE.fullmatch(name) and name not in _KEYWORDS:
        return name
    return quoted_name(name)


def time_shape(column: Column) -> str | None:
    """How a column spells instants: iso, dotted, day_first, month_first, seconds, milliseconds; None if it does not."""
    values = column.present[:200]
    if not values:
        return None
    if all(isinstance(value, datetime | date) for value in values):
        return "iso"
    texts = [str(value).strip() for value in values]
    for shape, pattern in (("iso", _ISO), ("dotted", _DOTTED)):
        if mostly((pattern.fullmatch(text) is not None for text in texts), _SHARE_OF_INSTANTS):
            return shape
    slashed = [match for text in texts if (match := _SLASHED.fullmatch(text))]
    if mostly((_SLASHED.fullmatch(text) is not None for text in texts), _SHARE_OF_INSTANTS):
        return "month_first" if any(int(match[2]) > 12 for match in slashed) else "day_first"
    if all(re.fullmatch(r"\d{10}|\d{13}", text) for text in texts):
        return "seconds" if len(texts[0]) == 10 else "milliseconds"
    return None


def mostly(checks: Iterable[bool], share: float = 0.9) -> bool:
    """Whether at least a share of some checks is true."""
    results = list(checks)
    return sum(results) >= share * len(results)


def has_zone(columns: Sequence[Column]) -> bool:
    """Whether every time of the file says its zone, or there is none."""
    timed = [column for column in columns if time_shape(column) in ("iso", "dotted", "day_first", "month_first")]
    return all(
        mostly(
            getattr(value, "tzinfo", None) is not None or bool(_OFFSET.search(str(value))) for value in column.present
        )
        for column in timed
    )


def instant_sql(expression: str, shape: str | None) -> str:
    """SQL that reads a column as an instant; ISO and dotted dates are read by the mapping itself."""
    match shape:
        case "seconds":
            return f"to_timestamp(try_cast({expression} as bigint))"
        case "milliseconds":
            return f"to_timestamp(try_cast({expression} as bigint) / 1000.0)"
        case "day_first" | "month_first":
            day, month = ("%d", "%m") if shape == "day_first" else ("%m", "%d")
            formats = ", ".join(f"'{day}/{month}/%Y{clock}'" for clock in (" %H:%M:%S", " %H:%M", ""))
            return f"try_strptime({expression}, [{formats}])"
        case _:
            return expression


def plain(name: str) -> str:
    """A header as it is compared: lower case, ё as е, words between single spaces."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower().replace("ё", "е")
    return re.sub(r"[^\w№]+|_+", " ", spaced).strip()


def event_kind_of(label: str) -> str | None:
    """The kind of event that a source's label seems to mean; None when no word of it is known."""
    lowered = label.lower().replace("ё", "е")
    return next((kind for words, kind in _EVENT_WORDS if re.search(rf"\b(?:{words})", lowered)), None)
