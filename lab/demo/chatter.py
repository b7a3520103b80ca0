"""The words of invented staff: subject lines and bodies, some with planted leaks, some with numbers that only look so.

Numbers come from `identifiers.py`. Who writes to whom is `correspondence.py`.
"""

import random
from collections.abc import Callable

from lab.demo import identifiers
from lab.demo.phrasebook import Topic

LEAK_SHARE = 0.015
NEAR_MISS_SHARE = 0.06
_HOUSEKEEPING = (
    "график отпусков",
    "заявка на бумагу",
    "смета на квартал",
    "ремонт кабинета",
    "отчёт за неделю",
    "план закупок",
)
_SUBJECTS = (
    "{matter}",
    "Re: {matter}",
    "Запрос: {matter}",
    "На согласование: {matter}",
    "Срочно: {matter}",
    "К совещанию: {matter}",
)
_OPENINGS = ("Коллеги,", "Добрый день!", "Уважаемые коллеги,", "Здравствуйте!", "Напоминаю:", "")
_BODIES = (
    "подготовьте, пожалуйста, справку: {matter}.",
    "есть вопрос по теме «{matter}», кто может подсказать?",
    "согласуйте проект ответа: {matter}.",
    "на планёрке обсудили: {matter}. Жду предложений.",
    "подскажите, кто ведёт: {matter}?",
)
_BODIES_ABOUT_CITIZENS = (
    *_BODIES,
    "жители опять пишут: {problem}. Нужен ответ сегодня.",
    "по жалобе ({problem}) выезд назначен на завтра.",
)
_ANSWERS = (
    "Принято.",
    "Сделаем до вечера.",
    "Согласовано.",
    "Смотрю, отвечу после обеда.",
    "Передал подрядчику: {matter}.",
    "Да, это к нам: {matter}.",
    "Справка по теме «{matter}» во вложении.",
)
_NEAR_MISSES: tuple[Callable[[random.Random], str], ...] = (
    lambda rng: f"Исходящий № {rng.randint(10, 99)}-{rng.randint(1000, 9999)}/{rng.randint(20, 26)}.",
    lambda rng: f"Сумма по смете {rng.randint(1, 9)} {rng.randint(100, 999)} {rng.randint(100, 999)} руб.",
    lambda rng: f"Обращение {rng.randint(4_000_001, 4_999_999)}, проверьте статус.",
    lambda rng: (
        f"Совещание {rng.randint(10, 28)}.0{rng.randint(1, 9)}.2026 в {rng.randint(9, 17)}:30, "
        f"кабинет {rng.randint(100, 420)}."
    ),
    lambda rng: f"Показания счётчика {identifiers.digits(rng, 5)},{identifiers.digits(rng, 2)}.",
    lambda rng: f"Артикул {_broken(identifiers.inn_org(rng))} в заявке указан неверно.",
    lambda rng: f"Код позиции {_broken(identifiers.oms_policy(rng))}.",
)


def _broken(number: str) -> str:
    """The number with its last digit off by one: no check digit fits."""
    return number[:-1] + str((int(number[-1]) + 1) % 10)


def _account(rng: random.Random) -> str:
    account, code = identifiers.bank_account(rng)
    return f"Переведите на расчётный счёт {account}, БИК {code}."


def _passport(rng: random.Random) -> str:
    series, number = identifiers.passport(rng)
    return rng.choice(("Паспорт серия {} № {}.", "Паспортные данные заявителя: {} {}.", "паспорт {} номер {}")).format(
        series, number
    )


_LEAKS: dict[str, Callable[[random.Random], str]] = {
    "passport_ru": _passport,
    "inn_person": lambda rng: f"ИНН заявителя {identifiers.inn_person(rng)}.",
    "inn_org": lambda rng: f"ИНН подрядчика {identifiers.inn_org(rng)}.",
    "snils": lambda rng: f"СНИЛС {identifiers.snils(rng)}.",
    "ogrn": lambda rng: f"ОГРН {identifiers.ogrn(rng)}.",
    "ogrnip": lambda rng: f"ОГРНИП {identifiers.ogrnip(rng)}.",
    "bank_card": lambda rng: f"Номер карты для возврата: {identifiers.bank_card(rng)}.",
    "bank_account": _account,
    "oms_policy": lambda rng: f"Полис ОМС {identifiers.oms_policy(rng)}.",
    "phone": lambda rng: f"Телефон заявителя {identifiers.phone(rng)}.",
    "email": lambda rng: f"Почта жителя: sosed{rng.randint(1, 9999)}@pochta.example.",
    "vehicle_plate": lambda rng: f"Машина {identifiers.vehicle_plate(rng)} стоит на газоне.",
    "credential": lambda rng: (
        f"Логин demo, пароль: {rng.choice(('Vesna', 'Klyuch', 'Rosa', 'Grom'))}{rng.randint(1000, 9999)}!"
    ),
}


def subject(rng: random.Random, matter: str) -> str:
    """A subject line."""
    return rng.choice(_SUBJECTS).format(matter=matter)


def matter(rng: random.Random, topics: tuple[Topic, ...]) -> tuple[str, str]:
    """(matter, citizens' problem or "") of a message from a department with these topics."""
    if not topics or rng.random() < 0.15:
        return rng.choice(_HOUSEKEEPING), ""
    topic = rng.choice(topics)
    return rng.choice(topic.noun), rng.choice(topic.problems)


def body(rng: random.Random, words: tuple[str, str], *, is_answer: bool) -> tuple[str, tuple[str, ...]]:
    """A body and the kinds of leak in it (sorted, () for none)."""
    opening = "" if is_answer else rng.choice(_OPENINGS)
    choices = _ANSWERS if is_answer else _BODIES_ABOUT_CITIZENS if words[1] else _BODIES
    text = rng.choice(choices).format(matter=words[0], problem=words[1])
    if not opening.endswith((",", ":")):
        text = text[0].upper() + text[1:]
    text = f"{opening} {text}".strip()
    draw = rng.random()
    if draw < LEAK_SHARE:
        kinds = sorted(rng.sample(sorted(_LEAKS), k=1 if rng.random() < 0.8 else 2))
        return " ".join((text, *(_LEAKS[kind](rng) for kind in kinds))), tuple(kinds)
    if draw < LEAK_SHARE + NEAR_MISS_SHARE:
        return f"{text} {rng.choice(_NEAR_MISSES)(rng)}", ()
    return text, ()
