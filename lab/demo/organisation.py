"""The invented government: its staff, the groups in which they really work, and the people to whom others turn.

Neither groups nor leaders follow the directory exactly: a platform that only read titles and departments would be
wrong. Their messages are `mail.py`.
"""

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from lab.demo.output import RowFile

LEADER_SHARE = 0.08
DIRECTORY_HEADER = (
    "Табельный номер", "ФИО", "Логин", "Эл. почта", "Доп. почта", "Подразделение", "Отдел", "Должность", "Руководитель",
    "Действует с", "Действует по", "Согласие на публикацию",
)  # fmt: skip
_HUB_SHARE = 0.017
_SECONDED_SHARE = 0.15
_LATIN = dict(
    zip("абвгдеёжзийклмнопрстуфхцчшщъыьэюя", (
        "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh sch - y - e yu ya".replace("-", "").split(" ")
    ), strict=True)
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    """One of the staff. `group` is where the person really works; `manager` is an index, -1 for none."""

    number: str
    name: str
    login: str
    mail: str
    second_mail: str
    department: int
    unit: str
    title: str
    manager: int
    group: int
    is_leader: bool
    is_hub: bool


@dataclass(frozen=True, slots=True)
class Department:
    """A department and the topic codes it talks about."""

    name: str
    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Organisation:
    """Everybody, by index."""

    people: tuple[Person, ...]
    departments: tuple[Department, ...]


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "staff.toml").read_text(encoding="utf-8"))


def found(rng: np.random.Generator, domain: str, messages: int) -> Organisation:
    """An organisation that fits `messages` messages: about one person for 33, departments of about 20."""
    staff = int(np.clip(round(messages / 100 * 3), 24, 6000))
    departments = _departments(max(2, staff // 20))
    department = np.arange(staff) * len(departments) // staff
    group = department.copy()
    seconded = rng.random(staff) < _SECONDED_SHARE
    group[seconded] = rng.integers(0, len(departments), size=int(seconded.sum()))
    order = rng.permutation(staff)
    leaders = set(order[: max(2, round(staff * LEADER_SHARE))].tolist())
    hubs = set(order[-max(1, round(staff * _HUB_SHARE)) :].tolist())
    names = _names(rng, staff)
    people = []
    for index in range(staff):
        head = int(np.searchsorted(department, department[index]))
        login = _login(names[index], index)
        people.append(
            Person(
                number=f"{index + 1:06d}",
                name=names[index],
                login=login,
                mail=f"{login}@{domain}",
                second_mail=f"{login}@post.{domain}" if rng.random() < 0.2 else "",
                department=int(department[index]),
                unit=str(rng.choice(_words()["units"])),
                title="директор департамента" if index == head else str(rng.choice(_words()["titles"])),
                manager=-1 if index == head else head,
                group=int(group[index]),
                is_leader=index in leaders,
                is_hub=index in hubs,
            )
        )
    return Organisation(tuple(people), departments)


def _departments(count: int) -> tuple[Department, ...]:
    kinds = _words()["departments"]
    return tuple(
        Department(
            kinds[index % len(kinds)]["name"] + (f" № {index // len(kinds) + 1}" if index >= len(kinds) else ""),
            tuple(kinds[index % len(kinds)]["topics"]),
        )
        for index in range(count)
    )


def _names(rng: np.random.Generator, count: int) -> list[str]:
    words = _words()
    names = []
    for _ in range(count):
        surname = str(rng.choice(words["surname_heads"])) + str(rng.choice(words["surname_tails"]))
        father = str(rng.choice(words["patronymics"]))
        if rng.random() < 0.4:
            names.append(f"{surname} {rng.choice(words['first_names_m'])} {father}ович")
        else:
            names.append(f"{surname}а {rng.choice(words['first_names_f'])} {father}овна")
    return names


def _login(name: str, index: int) -> str:
    surname, first, _ = name.lower().split(" ")
    latin = "".join(_LATIN[letter] for letter in surname)
    return f"{latin}.{_LATIN[first[0]]}{index + 1}"


def write_directory(
    out: Path, rng: np.random.Generator, organisation: Organisation, first_day: date, days: int
) -> None:
    """Writes staff/directory.csv: a row a person, two for those who moved to another department, an end for leavers."""
    with RowFile(out / "staff" / "directory.csv", DIRECTORY_HEADER, delimiter=";") as file:
        for person in organisation.people:
            since = first_day - timedelta(days=int(rng.integers(30, 3000)))
            consent = str(rng.choice(("да", "нет", ""), p=(0.3, 0.6, 0.1)))
            fate = rng.random()
            change = first_day + timedelta(days=int(rng.integers(1, max(2, days))))
            if fate < 0.03:
                elsewhere = (person.department + 1) % len(organisation.departments)
                file.write_csv(_row(organisation, person, elsewhere, since, change, consent))
                file.write_csv(_row(organisation, person, person.department, change, None, consent))
            else:
                until = change if fate > 0.98 else None
                file.write_csv(_row(organisation, person, person.department, since, until, consent))


def _row(
    organisation: Organisation, person: Person, department: int, since: date, until: date | None, consent: str
) -> tuple[str, ...]:
    manager = organisation.people[person.manager].login if person.manager >= 0 else ""
    return (
        person.number, person.name, person.login, person.mail, person.second_mail,
        organisation.departments[department].name, person.unit, person.title, manager,
        since.strftime("%d.%m.%Y"), until.strftime("%d.%m.%Y") if until else "", consent,
    )  # fmt: skip


def write_staff_truth(out: Path, organisation: Organisation) -> None:
    """Writes truth/leaders.csv (subject, truth 0/1) and truth/groups.csv (subject, group), by main e-mail."""
    with RowFile(out / "truth" / "leaders.csv", ("subject", "truth")) as file:
        for person in organisation.people:
            file.write_csv((person.mail, int(person.is_leader)))
    with RowFile(out / "truth" / "groups.csv", ("subject", "group")) as file:
        for person in organisation.people:
            file.write_csv((person.mail, f"g{person.group + 1:03d}"))
