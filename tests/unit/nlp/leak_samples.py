"""Invented messages with known leaks and with numbers that only look so, for tests of the leak scanner.

Numbers are made from check-digit rules written here once more, independently of `nlp.check_digits`.
"""

# ruff: noqa: E501 the tables below are read column by column
import random
from collections.abc import Callable, Iterator

Maker = Callable[[random.Random], str]


def digits(rng: random.Random, count: int) -> str:
    return "".join(rng.choices("0123456789", k=count))


def spoiled(number: str) -> str:
    """The number with its last digit off by one."""
    return number[:-1] + str((int(number[-1]) + 1) % 10)


def _mod(body: str, weights: list[int]) -> str:
    return str(sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11 % 10)


def inn_org(rng: random.Random) -> str:
    body = f"{rng.randint(1, 99):02d}" + digits(rng, 7)
    return body + _mod(body, [2, 4, 10, 3, 5, 9, 4, 6, 8])


def inn_person(rng: random.Random) -> str:
    body = f"{rng.randint(1, 99):02d}" + digits(rng, 8)
    body += _mod(body, [7, 2, 4, 10, 3, 5, 9, 4, 6, 8])
    return body + _mod(body, [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8])


def snils_digits(rng: random.Random) -> str:
    body = str(rng.randint(2_000_000, 999_999_999)).zfill(9)
    check = sum(int(d) * w for d, w in zip(body, range(9, 0, -1), strict=True))
    check = check if check < 100 else 0 if check in (100, 101) else check % 101
    return body + f"{0 if check == 100 else check:02d}"


def snils(rng: random.Random) -> str:
    d = snils_digits(rng)
    return rng.choice(("{}-{}-{} {}", "{}-{}-{}-{}", "{} {} {} {}", "{}{}{}{}")).format(d[:3], d[3:6], d[6:9], d[9:])


def snils_in_groups(rng: random.Random) -> str:
    d = snils_digits(rng)
    return f"{d[:3]}-{d[3:6]}-{d[6:9]} {d[9:]}"


def ogrn(rng: random.Random) -> str:
    body = rng.choice("15") + f"{rng.randint(2, 26):02d}" + digits(rng, 9)
    return body + str(int(body) % 11)[-1]


def ogrnip(rng: random.Random) -> str:
    body = "3" + f"{rng.randint(4, 26):02d}" + digits(rng, 11)
    return body + str(int(body) % 13)[-1]


def _luhn(body: str) -> str:
    total = sum(sum(map(int, str(int(d) * (2 if i % 2 == 0 else 1)))) for i, d in enumerate(reversed(body)))
    return body + str((10 - total % 10) % 10)


def card_digits(rng: random.Random) -> str:
    prefix = rng.choice(("2200", "2202", "2204", "4276", "4817", "5469", "5336", "5105"))
    return _luhn(prefix + digits(rng, 11))


def _in_fours(number: str, separator: str = " ") -> str:
    return separator.join(number[i : i + 4] for i in range(0, len(number), 4))


def card(rng: random.Random) -> str:
    number = card_digits(rng)
    return rng.choice((number, _in_fours(number), _in_fours(number, "-")))


def oms(rng: random.Random) -> str:
    number = _luhn(f"{rng.randint(1, 99):02d}" + digits(rng, 13))
    return rng.choice((number, number, _in_fours(number)))


def account(rng: random.Random, bank_code: str) -> str:
    head = rng.choice(("40817", "40702", "40802", "42301", "40703")) + rng.choice(("810", "840", "978"))
    tail = digits(rng, 11)
    for key in "0123456789":
        number = head + key + tail
        total = sum(int(d) * (7, 1, 3)[i % 3] for i, d in enumerate(bank_code[-3:] + number))
        if total % 10 == 0:
            return number
    raise AssertionError("one of ten keys fits")


def bank_code(rng: random.Random) -> str:
    return f"04{rng.randint(1, 99):02d}{rng.randint(1, 99):02d}{rng.randint(100, 999)}"


def passport(rng: random.Random) -> str:
    series, number = f"{rng.randint(1, 99):02d} {rng.randint(0, 26):02d}", str(rng.randint(101000, 999999))
    tight = series.replace(" ", "")
    return rng.choice(
        (
            f"серия {series} № {number}", f"{series} {number}", f"{tight} {number}", f"{tight}{number}",
            f"серия {tight} номер {number}", f"серии {series} номер {number}", f"{tight} № {number}",
            f"{series} №{number}", f"{tight}-{number}", f"серия: {tight}, номер: {number}",
        )
    )  # fmt: skip


def phone(rng: random.Random) -> str:
    code, a, b, c = f"9{digits(rng, 2)}", digits(rng, 3), digits(rng, 2), digits(rng, 2)
    return rng.choice(
        ("+7 ({}) {}-{}-{}", "+7{}{}{}{}", "8 {} {} {} {}", "8({}){}{}{}", "8-{}-{}-{}-{}", "8{}{}{}{}",
         "+7 {} {}-{}-{}", "8 ({}) {} {} {}", "+7-{}-{}-{}-{}", "7{}{}{}{}", "8 {} {}{}{}")
    ).format(code, a, b, c)  # fmt: skip


def phone_city(rng: random.Random) -> str:
    return rng.choice(("8 (342) {}-{}-{}", "+7 (812) {}-{}-{}", "(846) {}-{}-{}", "8-342-{}-{}-{}")).format(
        rng.randint(200, 299), digits(rng, 2), digits(rng, 2)
    )


def email(rng: random.Random) -> str:
    name = rng.choice(("ivan.petrov", "sosed", "o_lebedeva", "dom-12", "info", "a.b.c", "kv+zhkh", "Elena1984"))
    host = rng.choice(
        ("mail.ru", "yandex.ru", "gmail.com", "adm.gorod.ru", "bk.ru", "pochta.example", "xn--80a.xn--p1ai")
    )
    return f"{name}{rng.randint(1, 999)}@{host}"


def plate(rng: random.Random) -> str:
    letters = rng.choice(("АВЕКМНОРСТУХ", "ABEKMHOPCTYX"))
    a, b, c = rng.choices(letters, k=3)
    number = f"{rng.randint(1, 999):03d}"
    region = rng.choice(("77", "59", "178", "63", "799", "116", "01", "197", "763"))
    style = rng.choice(("{a}{n}{b}{r}", "{a}{n}{b} {r}", "{a} {n} {b} {r}", "{a} {n} {b} {r} RUS", "{a}{n}{b}/{r}"))
    made = style.format(a=a, n=number, b=b + c, r=region)
    return made.lower() if rng.random() < 0.2 and style == "{a}{n}{b}{r}" else made


def password(rng: random.Random) -> str:
    word = rng.choice(("Qwerty", "zima", "Perm", "admin", "Sosna", "x7Kp", "P@ss", "grom_"))
    return word + str(rng.randint(10, 99999)) + rng.choice(("", "!", "#", "$x", "?"))


_TOKEN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def token(rng: random.Random, count: int = 36) -> str:
    return "".join(rng.choices(_TOKEN, k=count - 2)) + "a7"


def credential(rng: random.Random) -> str:
    p, t = password(rng), token(rng)
    return rng.choice(
        (
            f"Логин petrov, пароль: {p}", f"пароль от почты: {p}", f"password={p}",
            f"Пароль - {p}", f"пароль {p}", f"DB_PASSWORD={p}", f"api_key: {t}", f"API-ключ: {t}", f"token={t}",
            f"Authorization: Bearer {t}", f"ghp_{t}", "-----BEGIN RSA PRIVATE KEY-----\nMIIEow", f"логин/пароль: admin/{p}",
            f"AKIA{t[:16].upper()}", f"postgres://user:{p.replace('#', '')}@db.local/base", f'"password": "{p}"',
            f"пароль для входа в систему: {p}", f"токен бота {rng.randint(10**8, 10**9)}:{token(rng, 35)}",
            f"Пароль от вай-фай — {p}", f"pwd: {p}", f"secret_key = '{t}'", f"логин: ivanova\nпароль: {p}", f"ключ доступа: {t}",
        )
    )  # fmt: skip


def _account_message(rng: random.Random) -> str:
    code = bank_code(rng)
    number = account(rng, code)
    spaced = f"{number[:5]} {number[5:8]} {number[8]} {number[9:13]} {number[13:]}"
    return rng.choice(
        (f"Переведите на р/с {number}, БИК {code}.", f"Реквизиты: БИК {code}, расчётный счёт {number}", f"счет {number}",
         f"Счёт получателя: {spaced}, БИК: {code}", f"лицевой счёт {number} в банке", f"{number}")
    )  # fmt: skip


def _around(*templates: str, of: Maker) -> Maker:
    return lambda rng: rng.choice(templates).format(of(rng))


LEAKS: dict[str, Maker] = {
    "passport_ru": _around(
        "Паспорт {}.", "паспорт {}", "Паспортные данные заявителя: {}", "Мой паспорт: {}, выдан ОВД", "пасп. {}",
        "Прошу оформить пропуск, паспорт гражданина РФ {}", of=passport),
    "inn_person": _around(
        "ИНН {}", "ИНН: {}", "ИНН заявителя {}.", "инн{}", "Мой ИНН — {}, проверьте", "ИНН физлица: {}", "ИНН № {}", of=inn_person),
    "inn_org": _around(
        "ИНН {}", "ИНН: {}", "ООО «Ромашка», ИНН {}", "ИНН организации {}.", "инн {}", "ИНН/КПП {}/590201001", "ИНН №{}",
        "ИНН поставщика по договору: {}", of=inn_org),
    "snils": _around("СНИЛС {}", "СНИЛС: {}", "снилс {}.", "Мой СНИЛС - {}", "страховой номер {}", "СНИЛС №{}", of=snils),
    "ogrn": _around("ОГРН {}", "ОГРН: {}", "огрн {}", "ОГРН организации: {}.", "ОГРН № {}", of=ogrn),
    "ogrnip": _around("ОГРНИП {}", "ОГРНИП: {}", "ИП Сидоров, ОГРНИП {}", "огрнип № {}", of=ogrnip),
    "bank_card": _around("Номер карты {}", "карта {}", "переведите на карту {}", "{}", "Карта Сбера: {}", "Оплата {}", "card {}", of=card),
    "bank_account": _account_message,
    "oms_policy": _around("Полис ОМС {}", "полис {}", "ОМС: {}", "ЕНП {}", "Номер полиса ОМС: {}", "полис обязательного медицинского страхования {}", of=oms),
    "phone": lambda rng: rng.choice(
        ("Телефон {}", "тел. {}", "Звоните: {}", "{}", "мой номер {}", "Перезвоните мне {} вечером", "Контакт: {}, Анна", "т.{}")
    ).format(phone(rng) if rng.random() < 0.8 else phone_city(rng)),
    "email": _around("Почта {}", "{}", "пишите на {}.", "e-mail: {}", "<{}>", "Ответ прошу на {}, спасибо", "({})", of=email),
    "vehicle_plate": _around("Машина {} на газоне", "авто {}", "госномер {}", "{}", "гос. номер: {}", "Припаркован {}!", of=plate),
    "credential": credential,
}  # fmt: skip

NEAR_MISSES: dict[str, Maker] = {
    "inn_org spoiled": lambda rng: f"ИНН {spoiled(inn_org(rng))}",
    "inn_person spoiled": lambda rng: f"ИНН: {spoiled(inn_person(rng))}",
    "snils spoiled": lambda rng: f"СНИЛС {spoiled(snils(rng))}",
    "ogrn spoiled": lambda rng: f"ОГРН {spoiled(ogrn(rng))}",
    "ogrnip spoiled": lambda rng: f"ОГРНИП {spoiled(ogrnip(rng))}",
    "card spoiled": lambda rng: f"карта {spoiled(card(rng))}",
    "oms spoiled": lambda rng: f"Полис ОМС {spoiled(oms(rng))}",
    "account of another bank": lambda rng: (
        lambda code: f"р/с {spoiled(account(rng, code))}, БИК {code}"  # the key no longer fits
    )(bank_code(rng)),
    "account that no plan knows": lambda rng: f"счёт 9{digits(rng, 19)}",
    "ten digits of an order": lambda rng: f"Заказ № {inn_org(rng)} передан",
    "article": lambda rng: f"артикул {inn_org(rng)}",
    "bare ten digits": lambda rng: f"Проверьте {inn_org(rng)} пожалуйста",
    "twelve digits of a parcel": lambda rng: f"трек {inn_person(rng)}",
    "eleven digits of a request": lambda rng: f"Обращение № 8{digits(rng, 10)} рассмотрено",
    "eleven digits, tax number": lambda rng: f"ИНН 89{digits(rng, 9)}",
    "barcode": lambda rng: f"штрихкод {ogrn(rng)}",
    "imei": lambda rng: f"IMEI {ogrnip(rng)}",
    "parcel of sixteen": lambda rng: f"трек-номер {card_digits(rng)}",
    "transport card": lambda rng: f"транспортная карта {card_digits(rng)}",
    "budget code": lambda rng: f"КБК 182{digits(rng, 17)}",
    "passport of a meter": lambda rng: f"паспорт счётчика {digits(rng, 4)} {digits(rng, 6)}",
    "technical passport": lambda rng: f"технический паспорт № {digits(rng, 4)} {digits(rng, 6)}",
    "driving licence": lambda rng: f"водительское удостоверение 99 {digits(rng, 2)} {digits(rng, 6)}",
    "passport too short": lambda rng: f"паспорт {digits(rng, 4)} {digits(rng, 5)}",
    "ten digits without a word": lambda rng: f"{digits(rng, 4)} {digits(rng, 6)}",
    "phone too short": lambda rng: f"телефон +7 9{digits(rng, 2)} {digits(rng, 3)}-{digits(rng, 2)}-{digits(rng, 1)}",
    "phone too long": lambda rng: f"+7 9{digits(rng, 2)} {digits(rng, 3)}-{digits(rng, 2)}-{digits(rng, 3)}",
    "amount": lambda rng: f"Сумма {rng.randint(1, 9)} {digits(rng, 3)} {digits(rng, 3)} {digits(rng, 3)} руб.",
    "date and time": lambda rng: f"Совещание {rng.randint(10, 28)}.05.2026 в 1{rng.randint(0, 9)}:30, каб. 204",
    "letter": lambda rng: f"Исх. № {digits(rng, 2)}-{digits(rng, 4)}/26",
    "handle": lambda rng: f"пишите @sosed{digits(rng, 3)}",
    "email without a domain": lambda rng: f"ivan{digits(rng, 2)}@mail",
    "email with two dots": lambda rng: f"ivan{digits(rng, 2)}@mail..ru",
    "picture": lambda rng: f"logo{digits(rng, 2)}@2x.png",
    "plate with a letter that plates lack": lambda rng: f"машина Б{digits(rng, 3)}ГД 77",
    "plate of zeros": lambda rng: f"авто {rng.choice('АВЕКМ')}000{rng.choice('АВЕКМ')}Х 77",
    "distance": lambda rng: f"в {rng.randint(100, 999)} км {rng.randint(10, 99)} от города",
    "house": lambda rng: f"ул. Мельничная, д. {rng.randint(1, 99)}, кв. {rng.randint(100, 999)}",
    "password is forgotten": lambda rng: rng.choice(
        ("забыл пароль от портала", "пароль: не помню", "Пароль: ********", "password: <your password>", "Пароль: пришлите в личку",
         "смените пароль до 15 числа", "password reset", "пароль должен содержать 8 символов", "Password: required",
         "token: ${TOKEN}", "пароль придёт по смс", "логин и пароль выдаёт отдел кадров", "api_key = os.environ['API_KEY']")),
    "public key": lambda rng: "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkq",
    "commit": lambda rng: f"коммит {''.join(rng.choices('0123456789abcdef', k=40))}",
    "uuid": lambda rng: f"id 550e8400-e29b-41d4-a716-44665544{digits(rng, 4)}",
    "link": lambda rng: f"https://vk.com/wall-{digits(rng, 8)}_{digits(rng, 6)}",
    "meter": lambda rng: f"Показания счётчика {digits(rng, 5)},{digits(rng, 2)}",
    "clean": lambda rng: rng.choice(("Не вывозят мусор вторую неделю", "Яма на дороге у дома 14", "Спасибо, всё починили!")),
}  # fmt: skip

_BEFORE = ("", "", "Добрый день! ", "Коллеги, ", "Прошу проверить. ", "Жильцы дома 12: ")
_AFTER = ("", "", " Спасибо.", ", срочно", "\nС уважением, Мария", " (см. вложение)")


def messages(seed: int, n_each: int) -> Iterator[tuple[str, frozenset[str], str]]:
    """Triples (text, kinds in it, name of the maker), `n_each` of every maker, in a fixed order."""
    rng = random.Random(seed)
    for makers, is_leak in ((LEAKS, True), (NEAR_MISSES, False)):
        for name, maker in makers.items():
            for _ in range(n_each):
                text = rng.choice(_BEFORE) + maker(rng) + rng.choice(_AFTER)
                yield text, frozenset((name,)) if is_leak else frozenset(), name
    for _ in range(n_each):
        first, second = rng.sample(sorted(LEAKS), 2)
        text = f"{LEAKS[first](rng)}. {rng.choice(('Ещё: ', 'Также ', ''))}{LEAKS[second](rng)}"
        yield text, frozenset((first, second)), "two"
