"""The words of invented officials: formal answers that say nothing, good ones that say what, when, where and who.

The life of a case is `portal.py`.
"""

import random

from lab.demo.phrasebook import Topic

_FORMAL = (
    "Ваше обращение рассмотрено. Сообщаем, что вопрос взят на контроль.",
    "Благодарим за обращение. Информация передана в профильное подразделение для рассмотрения в установленном порядке.",
    "Обращение рассмотрено. Работы будут выполнены при наличии финансирования.",
    "Сообщаем, что указанный Вами вопрос находится в работе. Благодарим за активную гражданскую позицию.",
    "Ваше мнение очень важно для нас. Обращение направлено по принадлежности.",
)
_ACTIONS = (
    "бригада выехала на место",
    "проведено обследование",
    "заявка передана подрядчику",
    "подрядчику выдано предписание",
)
_OFFICIALS = ("отдел благоустройства", "дежурная служба", "инженер участка", "начальник смены", "диспетчерская")
_INTERIM = (
    "Обращение требует выезда на место, срок ответа продлён.",
    "Запрошены сведения у подрядчика, ответ будет дополнен.",
)
_CLARIFY = ("Уточните, пожалуйста, номер дома.", "Пришлите, пожалуйста, фотографию.", "Укажите, когда это случилось.")
_CLARIFIED = (
    "Номер дома указан в обращении, уточняю подъезд: второй.",
    "Фото приложил.",
    "Случилось позавчера вечером.",
)
_REFUTED = (
    "Ничего не сделано, приезжайте и посмотрите сами.",
    "Отписка, проблема на месте.",
    "Сделали для вида, через день всё вернулось.",
)
_CONFIRMED = ("Да, всё сделали, спасибо.", "Подтверждаю, исправлено.", "Вопрос решён.")


def answer(rng: random.Random, topic: Topic | None, street: str, day: str, *, is_formal: bool) -> str:
    """A reply; a formal one names neither action nor date, place or responsible person."""
    if is_formal or topic is None:
        return f"Здравствуйте! {rng.choice(_FORMAL)}"
    return (
        f"Здравствуйте! По Вашему вопросу ({rng.choice(topic.noun)}) {rng.choice(_ACTIONS)}: {street}. "
        f"Работы выполнит {rng.choice(_OFFICIALS)}, срок: {day}."
    )


def done(rng: random.Random, topic: Topic | None, street: str) -> str:
    """A claim that the matter is settled."""
    matter = rng.choice(topic.noun) if topic else "Ваш вопрос"
    return f"Работы завершены: {matter}, {street}. Ответственный: {rng.choice(_OFFICIALS)}."


def remark(rng: random.Random, kind: str) -> str | None:
    """The words that go with an event of this kind of the portal, None when it has none."""
    choices = {
        "INTERIM": _INTERIM, "NEED_INFO": _CLARIFY, "INFO_GIVEN": _CLARIFIED, "REJECTED": _REFUTED,
        "REOPENED": _REFUTED,
        "APPROVED": _CONFIRMED,
    }  # fmt: skip
    return rng.choice(choices[kind]) if kind in choices else None
