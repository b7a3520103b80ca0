"""Generated truth for leak detection: messages with valid identifiers, and messages with what only looks like one.

Numbers come from `lab.demo.identifiers`, whose check digits are computed apart from the scanner's, and from
ranges that are issued to nobody. Sentences are templates: they test spellings and look-alikes, not people's prose.
"""

# ruff: noqa: E501, S311 the tables below are read column by column; chance here hides nothing
import json
import random
import string
from collections.abc import Callable, Iterator
from pathlib import Path

from lab.demo import identifiers as numbers
from lab.demo.identifiers import digits
from lab.demo.output import RowFile

Maker = Callable[[random.Random], str]
LATIN_AND_DIGITS = string.ascii_letters + string.digits


def write_leak_truth(path: Path, *, seed: int, n_per_template: int = 12) -> int:
    """Write truth for `otklik evaluate leaks`: columns text, kinds. Same seed, same bytes.

    Returns:
        Messages written.
    """
    with RowFile(path, ("text", "kinds")) as file:
        for text, kinds in leak_cases(seed=seed, n_per_template=n_per_template):
            file.write_csv((text, json.dumps(kinds)))
    return file.rows


def leak_cases(*, seed: int, n_per_template: int) -> Iterator[tuple[str, list[str]]]:
    """Messages with the kinds that are in them, by template; every tenth message holds two kinds."""
    rng = random.Random(seed)
    kinds = sorted(POSITIVES)
    for kind in kinds:
        for template, maker in POSITIVES[kind]:
            for turn in range(n_per_template):
                text, found = _sentence(rng, template, maker), {kind}
                if turn % 10 == 9:
                    other = rng.choice([name for name in kinds if name != kind])
                    text += "\n" + _sentence(rng, *rng.choice(POSITIVES[other]))
                    found.add(other)
                yield text, sorted(found)
    for template, maker in NEAR_MISSES:
        for _ in range(n_per_template):
            yield _sentence(rng, template, maker), []


def _sentence(rng: random.Random, template: str, maker: Maker) -> str:
    head = rng.choice(("", "", "Добрый день! ", "Коллеги, ", "Срочно: ", "По вашему вопросу. "))
    tail = rng.choice(("", "", ".", ", спасибо", " - проверьте, пожалуйста", "\nС уважением, отдел"))
    return head + template.format(maker(rng)) + tail


def _digits(count: int) -> Maker:
    return lambda rng: str(rng.randint(1, 9)) + digits(rng, count - 1)


def _spoiled(maker: Maker) -> Maker:
    """The number with one of its last digits off by one or two; no check digit survives that."""

    def make(rng: random.Random) -> str:
        number = maker(rng)
        return number[:-1] + str((int(number[-1]) + rng.choice((1, 2))) % 10)

    return make


def _plain(maker: Maker) -> Maker:
    return lambda rng: "".join(char for char in maker(rng) if char.isdigit())


def _passport(spelling: str) -> Maker:
    def make(rng: random.Random) -> str:
        series, number = numbers.passport(rng)
        return spelling.format(a=series[:2], b=series[3:], n=number)

    return make


def _phone(spelling: str) -> Maker:
    def make(rng: random.Random) -> str:
        return spelling.format(c=f"9{digits(rng, 2)}", a=digits(rng, 3), b=digits(rng, 2), d=digits(rng, 2))

    return make


def _fours(maker: Maker, separator: str) -> Maker:
    def make(rng: random.Random) -> str:
        plain = _plain(maker)(rng)
        return separator.join(plain[start : start + 4] for start in range(0, len(plain), 4))

    return make


def _account(template: str, *, is_fitting: bool = True) -> Maker:
    def make(rng: random.Random) -> str:
        number, bank = numbers.bank_account(rng)
        key = number[8] if is_fitting else str((int(number[8]) + rng.randint(1, 9)) % 10)
        return template.format(a=number[:8] + key + number[9:], b=bank)

    return make


def _plate(alphabet: str, spelling: str) -> Maker:
    def make(rng: random.Random) -> str:
        first, second, third = rng.choices(alphabet, k=3)
        region = rng.choice(("20", "59", "63", "77", "178", "197", "763", "799"))
        return spelling.format(x=first, n=f"{rng.randint(1, 999):03d}", y=second + third, r=region)

    return make


def _mail(spelling: str) -> Maker:
    def make(rng: random.Random) -> str:
        name = rng.choice(("sosna", "ivan.petrov", "tsg_12", "kv-15", "A.Lebedeva", "info")) + digits(rng, 2)
        host = rng.choice(("mail.example", "pochta.example", "adm.gorod.example", "box.test.ru"))
        return spelling.format(f"{name}@{host}")

    return make


def _chosen(alphabet: str, count: int) -> Maker:
    return lambda rng: "".join(rng.choices(alphabet, k=count))


def _secret(rng: random.Random) -> str:
    word = rng.choice(("Sosna", "zimaLeto", "Qz", "perm", "Xk_", "grom"))
    return word + rng.choice("!#%_") * rng.randint(0, 1) + digits(rng, 4)


_CYRILLIC, _LATIN = "АВЕКМНОРСТУХ", "ABEKMHOPCTYX"
_PEM = "-----BEGIN {kind}PRIVATE KEY-----\n{body}\n-----END {kind}PRIVATE KEY-----"


def _pem(kind: str) -> Maker:
    return lambda rng: _PEM.format(kind=kind, body=_chosen(LATIN_AND_DIGITS + "+/", 64)(rng))


def _said(spelling: str, maker: Maker) -> Maker:
    return lambda rng: spelling.format(maker(rng))


PHONES = (
    "+7{c}{a}{b}{d}", "+7 {c} {a} {b} {d}", "+7 {c} {a}-{b}-{d}", "+7 ({c}) {a}-{b}-{d}", "+7({c}){a}-{b}-{d}",
    "+7-{c}-{a}-{b}-{d}", "8{c}{a}{b}{d}", "8 {c} {a} {b} {d}", "8 {c} {a}-{b}-{d}", "8 ({c}) {a}-{b}-{d}",
    "8({c}){a}{b}{d}", "8-{c}-{a}-{b}-{d}", "8.{c}.{a}.{b}.{d}", "8 {c} {a}{b}{d}", "7{c}{a}{b}{d}",
)  # fmt: skip

# fmt: off
POSITIVES: dict[str, list[tuple[str, Maker]]] = {
    "passport_ru": [
        ("Паспорт {}", _passport("{a}{b} {n}")),
        ("паспорт серия {}", _passport("{a} {b} № {n}")),
        ("мой паспорт: {}", _passport("{a} {b} {n}")),
        ("Паспорт РФ {}, выдан в 2014 году", _passport("{a}{b}{n}")),
        ("паспортные данные: {}", _passport("серия {a}{b} номер {n}")),
        ("Документ: паспорт гражданина РФ, {}", _passport("{a} {b} №{n}")),
        ("пасп. {}, прописан там же", _passport("{a}{b} № {n}")),
    ],
    "inn_person": [
        ("ИНН {}", numbers.inn_person), ("инн: {}", numbers.inn_person), ("ИНН физлица № {}", numbers.inn_person),
        ("Мой ИНН - {}", numbers.inn_person), ("индивидуальный предприниматель (ИНН {})", numbers.inn_person),
    ],
    "inn_org": [
        ("ИНН {}", numbers.inn_org), ("Управляющая компания, инн {}", numbers.inn_org),
        ("ИНН/КПП {}", _said("{}/590201001", numbers.inn_org)), ("ООО «Ромашка» (ИНН: {})", numbers.inn_org),
        ("ИНН организации {}", numbers.inn_org),
    ],
    "snils": [
        ("СНИЛС {}", numbers.snils), ("снилс: {}", _plain(numbers.snils)), ("мой СНИЛС № {}", numbers.snils),
        ("Данные: Сидорова, {}", numbers.snils), ("страховой номер (СНИЛС) {}", _plain(numbers.snils)),
    ],
    "ogrn": [
        ("ОГРН {}", numbers.ogrn), ("огрн: {}", numbers.ogrn), ("ОГРН организации № {}", numbers.ogrn),
    ],
    "ogrnip": [
        ("ОГРНИП {}", numbers.ogrnip), ("огрнип: {}", numbers.ogrnip), ("ИП Сидоров, ОГРНИП № {}", numbers.ogrnip),
    ],
    "bank_card": [
        ("Переведите на карту {}", numbers.bank_card), ("номер карты: {}", _plain(numbers.bank_card)),
        ("карта {}, владелец тот же", _fours(numbers.bank_card, "-")), ("Сбер {}", numbers.bank_card),
        ("моя карта мир {}", _plain(numbers.bank_card)),
    ],
    "bank_account": [
        ("Реквизиты: {}", _account("р/с {a}, БИК {b}")), ("{}", _account("расчётный счёт № {a} в банке, БИК {b}")),
        ("счёт {}", _account("{a}")), ("{}", _account("БИК {b}, счет получателя {a}")),
        ("оплата на {}", _account("р/сч {a} (БИК: {b})")),
        ("счёт {}", lambda rng: "{0[0]}{0[1]}{0[2]}{0[3]}{0[4]}.{0[5]}{0[6]}{0[7]}.{0[8]}.{1}.{2}".format(n := numbers.bank_account(rng)[0], n[9:13], n[13:])),
    ],
    "oms_policy": [
        ("полис ОМС {}", numbers.oms_policy), ("ОМС: {}", _fours(numbers.oms_policy, " ")),
        ("ЕНП {}", numbers.oms_policy), ("полис обязательного медицинского страхования № {}", numbers.oms_policy),
    ],
    "phone": [
        *(("Мой телефон {}", _phone(spelling)) for spelling in PHONES),
        *(("перезвоните {}", _phone(spelling)) for spelling in PHONES[:12]),
        ("тел. {}", _phone("{c} {a}-{b}-{d}")), ("моб.: {}", _phone("{c}{a}{b}{d}")),
    ],
    "email": [
        ("пишите на {}", _mail("{}")), ("Почта:{}", _mail("{},жду")), ("адрес {}", _mail("<{}>")),
        ("отправил на почту {}", _mail("({})")), ("e-mail {}", _mail("{};")), ("моя {}", _mail("почта.{}.Жду ответа")),
        ("пишите на{}", _mail("{}спасибо")), ("адрес {}", _said("сосна{}@почта.рф", _digits(2))),
    ],
    "vehicle_plate": [
        ("Машина {} стоит на газоне", _plate(_CYRILLIC, "{x}{n}{y}{r}")),
        ("госномер {}", _plate(_LATIN, "{x}{n}{y}{r}")), ("автомобиль {}", _plate(_CYRILLIC, "{x} {n} {y} {r}")),
        ("гос. номер {}", _plate(_CYRILLIC, "{x}{n}{y} {r}")), ("номер машины {}", _plate(_LATIN, "{x}{n}{y} {r}")),
        ("припаркован {}", _plate(_CYRILLIC, "{x}{n}{y}{r}")),
    ],
    "credential": [
        ("пароль: {}", _secret), ("Password: {}", _secret), ("password={}", _secret), ("логин admin пароль {}", _secret),
        ("пароль от почты: {}", _secret), ("пароль от вайфая {}", _secret), ("пароль для входа в кабинет {}", _secret), ("pwd={}", _secret),
        ("api_key={}", _chosen(LATIN_AND_DIGITS, 32)), ("token: {}", _chosen(string.hexdigits[:16], 40)),
        ("Authorization: Bearer {}", _chosen(LATIN_AND_DIGITS, 40)),
        ("ключ {}", _said("AKIA{}", _chosen(string.ascii_uppercase + "234567", 16))),
        ("токен для сборки {}", _said("ghp_{}", _chosen(LATIN_AND_DIGITS, 36))),
        ("вот {}", _said("postgres://otchet:{}@db.local:5432/otchet", _secret)),
        ("{}", _pem("RSA ")), ("{}", _pem("")), ("{}", _pem("OPENSSH ")),
    ],
}
"""Kind → templates and what fills them."""

NEAR_MISSES: list[tuple[str, Maker]] = [
    # ten digits that are no passport
    ("Заказ {} готов", _passport("{a}{b}{n}")), ("заявка № {}", _passport("{a}{b} {n}")),
    ("обращение {} зарегистрировано", _digits(10)), ("Договор {} от 12.03.2024", _passport("{a} {b} {n}")),
    ("потерял паспорт, что делать? Талон {}", _digits(3)), ("паспорт готовности дома № {}", _digits(3)),
    # check digits that do not hold
    ("СНИЛС {}", _spoiled(numbers.snils)), ("снилс {}", _spoiled(_plain(numbers.snils))),
    ("Данные: Сидорова, {}", _spoiled(numbers.snils)),
    ("ИНН {}", _spoiled(numbers.inn_person)), ("ИНН {}", _spoiled(numbers.inn_org)),
    ("ОГРН {}", _spoiled(numbers.ogrn)), ("ОГРНИП {}", _spoiled(numbers.ogrnip)),
    ("номер карты {}", _spoiled(numbers.bank_card)), ("карта {}", _spoiled(_plain(numbers.bank_card))),
    ("полис ОМС {}", _spoiled(numbers.oms_policy)),
    ("Реквизиты: {}", _account("р/с {a}, БИК {b}", is_fitting=False)),
    # right digits of a number that is something else
    ("Заказ № {} отправлен", _plain(numbers.bank_card)), ("трек-номер {}", _plain(numbers.bank_card)),
    ("заявка {} закрыта", numbers.inn_org), ("накладная {}", numbers.inn_person),
    ("штрихкод {}", _said("460{}", _digits(10))), ("IMEI {}", _said("35{}", _digits(13))),
    ("КБК {}", _said("182101020100110{}", _digits(5))), ("УИН {}", _said("188101592{}", _digits(11))),
    ("лицевой счёт {}", _digits(10)), ("показания счётчика {}", _digits(8)),
    ("кадастровый номер {}", _said("59:01:44{}:123", _digits(5))),
    # digits of other things
    ("Потратили {} рублей", lambda rng: f"{rng.randint(1, 9)} {digits(rng, 3)} {digits(rng, 3)} {digits(rng, 3)}"),
    ("координаты {}", lambda rng: f"58.{digits(rng, 6)}, 56.{digits(rng, 6)}"),
    ("с {} по 24.12.2024 18:00", lambda rng: f"{rng.randint(10, 28)}.11.2024 09:30"),
    ("протокол № {}", lambda rng: f"{digits(rng, 2)}-{digits(rng, 2)}-{digits(rng, 2)}/{digits(rng, 3)}"),
    ("индекс {}, дом 8", _said("614{}", _digits(3))),
    # a digit too few, or too many
    ("код {}", _phone("8{c}{a}{b}{d}5")), ("тел. {}", _phone("+7 {c} {a}-{b}")),
    # letters that plates do not have, regions that do not exist, prose
    ("машина {}", _plate("БДЖЗИЛЦ", "{x}{n}{y}{r}")),
    ("в подъезде {}", lambda rng: f"в {rng.randint(100, 300)} кв. {rng.randint(10, 99)}"),
    ("колонна растянулась {}", lambda rng: f"на {rng.randint(100, 900)} м от дома {rng.randint(1, 99)}"),
    ("ГОСТ {}", lambda rng: f"Р {rng.randint(50, 59)}{digits(rng, 3)}-20{digits(rng, 2)}"),
    # signs of mail without an address
    ("пишите в телеграм {}", lambda rng: f"@sosed_{digits(rng, 2)}"), ("собака {}", lambda rng: f"@ {digits(rng, 2)}"),
    # talk of passwords
    ("Пароль {}", lambda rng: rng.choice(("должен содержать 8 символов", "от домофона никто не даёт", "сменили вчера"))),
    ("забыл {}", lambda rng: rng.choice(("пароль от кабинета", "пароль, помогите", "логин и пароль придут в СМС"))),
    ("пароль: {}", lambda rng: rng.choice(("********", "<пароль>", "не помню", "см. у дежурного", "[скрыто]"))),
    ("password: {}", lambda rng: rng.choice(("********", "<your password>", "${PASSWORD}"))),
    ("ключ {}", lambda rng: rng.choice(("от подвала у старшей по дому", "не подходит к щитку", "сдали под роспись"))),
    ("коммит {}", _chosen(string.hexdigits[:16], 40)),
    ("запись {}", lambda rng: "-".join(_chosen(string.hexdigits[:16], n)(rng) for n in (8, 4, 4, 4, 12))),
    ("смените пароль до {}", lambda rng: f"{rng.randint(10, 28)}.03.2024"),
]
"""Templates of messages that are clean."""
# fmt: on
