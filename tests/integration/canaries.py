"""One invented identifier of every kind, names, and strings, planted through every door of the region.

Numbers hold together (check digits, an account that fits its bank) and belong to nobody; none occurs elsewhere.
"""

import csv
from pathlib import Path

PLANTED = {
    "passport_ru": ("Мой паспорт {}, примите заявление", "9631 482915"),
    "inn_person": ("ИНН заявителя {}", "962145738327"),
    "inn_org": ("Подрядчик, ИНН {}, бросил работу", "9638521473"),
    "snils": ("Льготы нет, СНИЛС {}", "964-281-537 39"),
    "ogrn": ("ОГРН {} у этой конторы", "1179658412031"),
    "ogrnip": ("Перевозчик, ОГРНИП {}", "319965800041724"),
    "bank_card": ("Верните деньги на карту {}", "2200 9618 4725 3041"),
    "bank_account": ("Счёт {}, БИК 049605999", "40817810296051847266"),
    "oms_policy": ("Не принимают полис ОМС {}", "9651847320569418"),
    "phone": ("Перезвоните мне: {}", "+7 (900) 965-18-47"),
    "email": ("Ответ жду на {}", "kanareika.965@pochta.example"),
    "vehicle_plate": ("Машина {} стоит на газоне", "Х965УС 763"),
    "credential": ("В подъезде висит бумажка, пароль: {}", "Kanareika9651"),
    "case_number": ("Смотрите дело №{}", "96-5184"),
}
"""Kind → (sentence, what must be seen nowhere). The last kind is the deployment's own."""

NAMED = {
    "full_name": ("Мастер {} не пришёл", "Канарейкин Пётр Вениаминович"),
    "initials": ("Акт подписал {}", "Щеглов К. В."),
    "signature": ("Засыпьте яму. С уважением, {}", "Зинаида Чижова"),
    "patronymic": ("Спасибо, {}!", "Гертруда Аристарховна"),
    "behind_a_word": ("Врач {} не принимает", "Снегирёва"),
    "capitals": ("ДИРЕКТОР {} НЕ ОТВЕЧАЕТ", "КУКУШКИНА РОЗА ЛЬВОВНА"),
}
"""Names of people that stand in words, with what must be seen nowhere."""

DOORS = {
    "post": ("declared_group", "declared_topic", "declared_municipality", "declared_district", "declared_authority"),
    "place": ("place_text", "url"),
    "case_event": ("event_authority",),
    "instruction": ("authority", "evidence_url"),
    "outcome": ("place", "comparator_title"),
}
"""Strings beside the words, each of which holds an address of its own."""


def address(door: str, name: str) -> str:
    """What must be seen nowhere of a string."""
    return f"kanareika.{door}.{name}@pochta.example"


PATTERNS = """
[[pattern]]
name = "case number"
kind = "case_number"
shape = 'дело № ?[0-9]{2}-[0-9]{4}'
"""

SOURCES = """
  canary_posts:
    title: Canaries among citizens
    path: canary/posts.csv
    format: csv
    entities:
      post:
        select: >-
          select id as source_post_id, written as posted_at, author, 'portal' as channel, post as text, declared_group,
          declared_topic, declared_municipality, declared_district, declared_authority, place_text, url from source
      case_event:
        select: >-
          select id as source_post_id, written::timestamp + interval 2 hour as event_at, 'reply' as event_kind,
          event_authority as authority, reply as text from source
  canary_instructions:
    title: Canaries in instructions
    path: canary/instructions.csv
    format: csv
    entities:
      instruction:
        select: >-
          select id as instruction_id, written as given_at, authority, title, 'positive' as result,
          written as result_at, evidence_url from source
  canary_outcomes:
    title: Canaries in outcomes
    path: canary/outcomes.csv
    format: csv
    entities:
      outcome:
        select: >-
          select 'канарейки' as indicator, place, '2026' as period, 1 as value, 2 as comparator, comparator_title
          from source
  canary_mail:
    title: Canaries among staff
    path: canary/mail.csv
    format: csv
    organisation: Канарейка
    entities:
      message:
        select: >-
          select id as source_message_id, written as sent_at, sender, [recipient] as recipients, 'mail' as kind,
          subject, body from source
"""


def plant(sources: Path) -> None:
    """Add the canaries to a generated region: four deliveries, their sources, a file of own patterns."""
    folder = sources.parent / "canary"
    folder.mkdir()
    written = "2026-09-14 10:00:00"
    posts, mails, instructions = [], [], []
    strings = {name: f"Канарейка {address('post', name)}" for name in DOORS["post"]}
    strings |= {name: f"Канарейка {address('place', name)}" for name in DOORS["place"]}
    strings |= {"event_authority": f"Канарейка {address('case_event', 'event_authority')}"}
    given = {name: f"Канарейка {address('instruction', name)}" for name in DOORS["instruction"]}
    outcomes = [{name: f"Канарейка {address('outcome', name)}" for name in DOORS["outcome"]}]
    for kind, (template, secret) in (PLANTED | NAMED).items():
        common = {"id": f"canary-{kind}", "written": written}
        said = template.format(secret)
        posts.append({**common, "author": "kanareika", "post": said, "reply": f"Увидели: {said}", **strings})
        instructions.append({**common, "title": f"Поручаю: {said}", **given})
        if kind in PLANTED:
            mails.append({**common, "sender": "chizh", "recipient": "schegol", "subject": "Вопрос", "body": said})
    files = {"posts": posts, "mail": mails, "instructions": instructions, "outcomes": outcomes}
    for name, rows in files.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    (folder / "patterns.toml").write_text(PATTERNS, encoding="utf-8")
    text = sources.read_text(encoding="utf-8")
    text = text.replace("version: 1\n", "version: 1\nleak_patterns: canary/patterns.toml\n", 1)
    sources.write_text(text.rstrip("\n") + "\n" + SOURCES, encoding="utf-8")
