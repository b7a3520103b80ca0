"""The words of invented citizens: sentences composed from phrases, with the slips of people in a hurry.

Every sentence was written for this generator. Officials' words are `replies.py`, staff's are `chatter.py`.
"""

import random
from dataclasses import dataclass, replace

from lab.demo.phrasebook import Topic
from lab.demo.plan import COMPLAINT, NEGATIVE, OTHER, QUESTION, REVIEW, THANKS
from lab.demo.region import NOWHERE, Place, Region, write_place
from lab.demo.slips import slip

_GREETINGS = ("Здравствуйте!", "Добрый день!", "Уважаемая администрация!", "Добрый вечер.", "Доброго времени суток!")
_DURATIONS = (
    "уже неделю", "второй месяц", "с прошлой пятницы", "третий день подряд", "с начала месяца", "почти полгода",
    "четвёртые сутки", "который год", "с самых выходных", "больше двух недель",
)  # fmt: skip
_DEMANDS = (
    "Примите меры!", "Прошу разобраться.", "Когда это закончится?", "Требуем навести порядок.", "Помогите, пожалуйста.",
    "Сколько можно терпеть?", "Просим прислать комиссию.", "Обратите внимание на проблему.", "Ждём ответа по существу.",
    "Звонили везде, без толку.", "Прошу ответить письменно.", "Куда ещё обращаться?",
)  # fmt: skip
_AGREE = (
    "У нас то же самое:", "Подтверждаю,", "Поддерживаю соседей,", "Да-да,", "Автор прав,", "Вот именно,",
    "Тоже мучаемся,",
    "И не говорите,", "Всё так и есть,",
)  # fmt: skip
_SCORES = (
    "твёрдая четвёрка", "пять из пяти", "на троечку", "стало лучше, чем в прошлом году", "в целом устраивает",
    "средне, бывает и хуже", "оценка семь из десяти", "приятно удивило", "ожидали большего, но терпимо",
)  # fmt: skip
_REVIEW_TAILS = (
    "Пользуемся всей семьёй.", "Это моё личное мнение.", "Сравниваю с соседним районом.", "Живу тут десять лет.",
    "Пишу без эмоций, для статистики.", "Посмотрим, что будет дальше.", "Другим советую зайти и оценить самим.",
)  # fmt: skip
_THANKS = (
    "Спасибо,", "Огромное спасибо всем, кто помог:", "Благодарю службы,", "Хочу сказать спасибо рабочим,",
    "Выражаем благодарность от всего дома:", "Спасибо большое за отклик,",
)  # fmt: skip
_THANKS_TAILS = (
    "Быстро и аккуратно.", "Всего за два дня!", "Побольше бы таких людей.", "Даже не ожидали.", "Дети довольны.",
    "Низкий поклон мастерам.", "Приятно, когда слышат.", "Так держать!",
)  # fmt: skip
_RAGE_HEADS = (
    "Позор, а не власть.", "Одни обещания и красивые картинки.", "Чиновникам на людей наплевать.",
    "Тошно смотреть на это всё.",
    "Никому мы тут не нужны.", "Бардак как был, так и остался.", "Сидят в кабинетах и штаны протирают.",
    "Врут и не краснеют.", "Опять цирк вместо работы.", "Надоело это враньё.",
)  # fmt: skip
_RAGE_TAILS = (
    "Стыд и срам!", "Доверия ноль.", "Гнать таких поганой метлой.", "Верить больше некому.", "Даже читать смешно.",
    "Уезжать надо отсюда.", "Хоть бы постеснялись.", "Ничего не меняется.", "Клоуны.", "Слов нет, одни буквы.",
)  # fmt: skip
_CHAT = (
    "Отдам котят в добрые руки, {town}.", "Продам велосипед, почти новый, {town}.", "Всех с праздником, {town}!",
    "Потерялась собака, рыжая, откликается на Шпунтика, {town}.", "Ищу попутчиков до {town}, выезд утром.",
    "Кто вчера видел салют? Красота.", "Сегодня ярмарка мёда, приходите.", "Вяжу носки на заказ, пишите в личку.",
    "Какой же сегодня закат над рекой.", "В субботу субботник, встречаемся у клуба в десять.",
    "Найден ключ с брелоком-ежом.",
    "Наши взяли кубок по городкам, ура!", "Набираем детей в кружок лепки.", "Сдам комнату студентке, {town}.",
    "Собираем книги для сельской библиотеки.", "Грибы пошли, ведро за час.",
)  # fmt: skip
_CHAT_TAILS = (
    "Звоните вечером.", "Репост приветствуется.", "Подробности в сообщениях.", "Всем добра.", "Передайте знакомым.",
    "До конца недели.", "Будет весело.", "Вход свободный.", "", "",
)  # fmt: skip
_CHAT_ANSWERS = (
    "Держитесь, соседи.", "Подписываюсь под каждым словом.", "А я давно говорил.", "Интересно, чем закончится.",
    "Поднимаю пост.", "Согласна полностью.", "Не всё так плохо, не преувеличивайте.", "Пишите на портал, там отвечают.",
    "Уже обсуждали это весной.", "Кому верить, непонятно.", "Ставлю лайк.", "Удачи вам.", "Слежу за темой.",
)  # fmt: skip
_ANGRY_EMOJI = ("😡", "🤬", "😤", "👎", "😢")
_GLAD_EMOJI = ("🙏", "👍", "😊", "❤️", "👏")
_VAGUE_SHARE, _ALIKE_SHARE, _INSIDE_SHARE = 0.15, 0.6, 0.85


_Said = tuple[str, list[str]]
"""The phrase that says what the matter is, and the sentences made of it."""


@dataclass(frozen=True, slots=True)
class Matter:
    """What a post is about, by the plan; entrance and floor are 0 for none, incident is -1."""

    intent: int
    topic: Topic | None
    municipality: int
    street: int
    house: int
    entrance: int = 0
    floor: int = 0
    incident: int = -1


@dataclass(frozen=True, slots=True)
class Written:
    """A text with its truth.

    Attributes:
        text: the words.
        places: exact substrings that locate the matter.
        names_site: whether they name more than a town.
        states_topic: whether its words tell the topic.
        gist: what is said of which place: texts of one gist differ in greetings, durations, endings and slips alone.
    """

    text: str
    places: tuple[str, ...]
    names_site: bool
    states_topic: bool
    gist: str


def write_post(rng: random.Random, region: Region, matter: Matter, *, formal: bool) -> Written:
    """A post or portal message. `formal` texts carry no emoji and fewer slips, and often little but a few words."""
    if formal and matter.intent == COMPLAINT and rng.random() < _VAGUE_SHARE:
        said = rng.choice((*_stated(matter).noun, _problem(rng, matter)))
        return _finish(rng, said, [said + _inside(rng, matter)], NOWHERE, matter, formal=True)
    place = _place(rng, region, matter)
    said, sentences = _COMPOSERS[matter.intent](rng, region, matter, place)
    if matter.intent == OTHER:
        place = _town_named(region, matter, sentences)
    return _finish(rng, said, sentences, place, matter, formal=formal)


def write_answer(rng: random.Random, region: Region, matter: Matter) -> Written:
    """A comment under somebody's post: shorter, and without a place more often."""
    if matter.intent == COMPLAINT and matter.topic:
        place = _place(rng, region, matter) if rng.random() < 0.6 else NOWHERE
        problem = _problem(rng, matter)
        clause = _joined(problem, place.phrase, rng)
        sentences = [f"{rng.choice(_AGREE)} {clause}.", rng.choice((*matter.topic.details, "", ""))]
        return _finish(rng, problem, sentences, place, matter, formal=False)
    if matter.intent == OTHER:
        tail = rng.choice(_CHAT_ANSWERS) if rng.random() < 0.3 else ""
        said = rng.choice(_CHAT_ANSWERS)
        return _finish(rng, said, [said, tail], NOWHERE, matter, formal=False)
    return write_post(rng, region, matter, formal=False)


def write_copy(rng: random.Random, original: Written) -> Written:
    """A near-copy of a text: one small edit at an end, so that most three-word shingles stay."""
    text = original.text
    match rng.randrange(5):
        case 0:
            text = f"{rng.choice(_GREETINGS)} {text}"
        case 1:
            text = f"{text} {rng.choice(_ANGRY_EMOJI)}"
        case 2:
            text = f"{text} {rng.choice(_DEMANDS)}"
        case 3:
            text = text.rstrip(".!") + "!!!"
        case _:
            text = f"Перепост: {text}"
    return replace(original, text=text)


def _place(rng: random.Random, region: Region, matter: Matter) -> Place:
    if matter.topic is None:
        return NOWHERE
    return write_place(rng, region, matter.municipality, matter.topic.site, matter.street, matter.house)


def _stated(matter: Matter) -> Topic:
    """The topic of a matter that cannot be put into words without one."""
    if matter.topic is None:
        raise ValueError(f"intent {matter.intent} needs a topic; only negative and other posts do without.")
    return matter.topic


def _town_named(region: Region, matter: Matter, sentences: list[str]) -> Place:
    town = region.municipalities[matter.municipality].towns[0][0]
    return Place("", (town,), town, is_site=False) if any(town in sentence for sentence in sentences) else NOWHERE


def _problem(rng: random.Random, matter: Matter) -> str:
    """What is wrong: mostly what others say of the same matter too."""
    problems = _stated(matter).problems
    if matter.incident >= 0 and rng.random() < _ALIKE_SHARE:
        return problems[matter.incident % len(problems)]
    return rng.choice(problems)


def _inside(rng: random.Random, matter: Matter) -> str:
    """Entrance and floor as people write them after what is wrong; nothing if there are none or they forget."""
    if not matter.entrance or rng.random() > _INSIDE_SHARE:
        return ""
    entrance, floor = matter.entrance, matter.floor
    match rng.randrange(3):
        case 0:
            return f", {entrance} подъезд" + (f", {floor} этаж" if floor else "")
        case 1:
            return f", подъезд №{entrance}" + (f", этаж {floor}" if floor else "")
        case _:
            return f", {'во' if entrance == 2 else 'в'} {entrance}-м подъезде" + (
                f" на {floor}-м этаже" if floor else ""
            )


def _joined(clause: str, phrase: str, rng: random.Random) -> str:
    """The clause with the place before or after it; without one the clause alone."""
    if not phrase:
        return clause
    return f"{phrase} {clause}" if rng.random() < 0.6 else f"{clause} {phrase}"


def _complaint(rng: random.Random, region: Region, matter: Matter, place: Place) -> _Said:
    del region
    problem = _problem(rng, matter)
    clause = _joined(problem, place.phrase, rng) + _inside(rng, matter)
    if rng.random() < 0.45:
        clause = f"{clause}, {rng.choice(_DURATIONS)}"
    sentences = [_capital(clause) + "."]
    if rng.random() < 0.3:
        sentences.insert(0, rng.choice(_GREETINGS))
    if rng.random() < 0.7:
        sentences.append(rng.choice(_stated(matter).details))
    if rng.random() < 0.6:
        sentences.append(rng.choice(_DEMANDS))
    return problem, sentences


def _question(rng: random.Random, region: Region, matter: Matter, place: Place) -> _Said:
    del region
    future, noun, where = (
        rng.choice(_stated(matter).future),
        rng.choice(_stated(matter).noun),
        f" {place.phrase}".rstrip(),
    )
    match rng.randrange(5):
        case 0:
            return future, [f"Когда {future}{where}?"]
        case 1:
            return future, [rng.choice(_GREETINGS), f"Подскажите, пожалуйста, когда {future}{where}?"]
        case 2:
            return noun, [f"Вопрос: {noun}{where}, кто за это отвечает и куда звонить?"]
        case 3:
            return future, [f"Есть ли сроки, когда {future}{where}?", "Заранее благодарю."]
        case _:
            return future, [f"Скажите, {future}{where} в этом году или нет?"]


def _review(rng: random.Random, region: Region, matter: Matter, place: Place) -> _Said:
    del region
    where = f" {place.phrase}".rstrip()
    noun = rng.choice(_stated(matter).noun)
    return noun, [f"{_capital(noun)}{where}: {rng.choice(_SCORES)}.", rng.choice(_REVIEW_TAILS)]


def _thanks(rng: random.Random, region: Region, matter: Matter, place: Place) -> _Said:
    del region
    where = f" {place.phrase}".rstrip()
    thanks, past = rng.choice(_THANKS), rng.choice(_stated(matter).past)
    return past, [f"{thanks} {past}{where}.", rng.choice(_THANKS_TAILS)]


def _negative(rng: random.Random, region: Region, matter: Matter, place: Place) -> _Said:
    del region, matter, place
    said = rng.choice(_RAGE_HEADS)
    return said, [said, rng.choice(_RAGE_TAILS)]


def _other(rng: random.Random, region: Region, matter: Matter, place: Place) -> _Said:
    del place
    town = region.municipalities[matter.municipality].towns[0][0]
    said = rng.choice(_CHAT)
    return said, [said.replace("до {town}", "в сторону реки").format(town=town), rng.choice(_CHAT_TAILS)]


_COMPOSERS = {
    COMPLAINT: _complaint, QUESTION: _question, REVIEW: _review, THANKS: _thanks, NEGATIVE: _negative, OTHER: _other,
}  # fmt: skip


def _finish(
    rng: random.Random, said: str, sentences: list[str], place: Place, matter: Matter, *, formal: bool
) -> Written:
    text = " ".join(sentence for sentence in sentences if sentence)
    places = place.substrings
    if rng.random() < (0.05 if formal else 0.2):
        text = slip(rng, text, places)
    if not formal:
        draw = rng.random()
        if draw < 0.1:
            text, places = text.lower(), tuple(name.lower() for name in places)
        elif draw < 0.14 and matter.intent in (COMPLAINT, NEGATIVE):
            text, places = text.upper(), tuple(name.upper() for name in places)
        if rng.random() < 0.2:
            glad = matter.intent in (THANKS, REVIEW, OTHER)
            text = f"{text} {rng.choice(_GLAD_EMOJI if glad else _ANGRY_EMOJI)}"
    return Written(text, places, place.is_site, matter.topic is not None, f"{said} @ {place.named}")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
