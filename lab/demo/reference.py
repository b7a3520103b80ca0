"""Reference files of the invented region, and the sources.yaml that maps every export.

The names come from `region.py`; the mapping SQL is `sources.template.yaml`. Exports are written elsewhere. Terms and
rules are the built-in ones in the region's own words, as a deployment would begin.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from lab.demo.output import RowFile
from lab.demo.region import Region

MUNICIPALITY_HEADER = ("Код", "Муниципалитет", "Вид", "Центр", "Население", "Широта", "Долгота", "Действует с")
AUTHORITY_HEADER = ("Наименование", "Уровень", "Вышестоящий")
TERM_HEADER = ("Код", "Событие", "Часов", "Действует с", "Основание")
TERMS = (
    ("claimed_fix_general", "работы выполнены", 720, "02.11.2006", "59-ФЗ: тридцать дней"),
    ("confirmed_fix_general", "житель подтвердил", 1056, "02.11.2006", "59-ФЗ и две недели на отзыв жителя"),
)
RULE_HEADER = ("Код", "Группа тем", "Людей от", "Мест от", "Об опасности от", "Уровень", "Действует с", "Основание")
RULES = (
    ("default_municipality", "", "", "", "", "муниципальный", "01.01.2017", "Вопрос местного значения"),
    ("many_people_region", "", 10, "", "", "региональный", "01.01.2017", "Пишут десять человек и больше"),
    ("many_sites_region", "", 5, 5, "", "региональный", "01.01.2017", "Пять человек о пяти местах"),
    ("severe_region", "", 3, "", 3, "региональный", "01.01.2017", "Трое пишут об опасности для людей"),
    ("health_region", "health", "", "", "", "региональный", "01.01.2017", "Здравоохранение ведёт регион"),
    ("ecology_region", "ecology", "", "", "", "региональный", "01.01.2017", "Экологический надзор ведёт регион"),
    ("social_region", "social", "", "", "", "региональный", "01.01.2017", "Социальную поддержку ведёт регион"),
)


def write_reference(out: Path, region: Region, end: datetime) -> None:
    """Writes municipalities, with the residents of last year and of this one, authorities, terms and routing rules.

    Args:
        out: folder of the demo.
        region: whose they are.
        end: instant of the demo; its year is this one.
    """
    with RowFile(out / "reference" / "municipalities.csv", MUNICIPALITY_HEADER, delimiter=";") as file:
        for here in region.municipalities:
            place = (here.municipality_id, here.name, here.kind, here.towns[0][0])
            file.write_csv((*place, round(here.population * 1.01), here.lat, here.lon, ""))
            file.write_csv((*place, here.population, here.lat, here.lon, f"01.01.{end.year}"))
    _write(out / "reference" / "sla_terms.csv", TERM_HEADER, TERMS)
    _write(out / "reference" / "routing_rules.csv", RULE_HEADER, RULES)
    government = region.authorities["government"]
    with RowFile(out / "reference" / "authorities.csv", AUTHORITY_HEADER, delimiter=";") as file:
        file.write_csv((government, "региональный", ""))
        for owner, name in region.authorities.items():
            if owner == "waste":
                file.write_csv((name, "организация", region.authorities["ecology"]))
            elif owner != "government":
                file.write_csv((name, "региональный", government))
        for here in region.municipalities:
            file.write_csv((here.administration, "муниципальный", government))


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with RowFile(path, header, delimiter=";") as file:
        for row in rows:
            file.write_csv(row)


def write_sources(out: Path, region: Region, end: datetime) -> None:
    """Writes sources.yaml with the instant of the demo and the region's names filled in."""
    text = (Path(__file__).parent / "sources.template.yaml").read_text(encoding="utf-8")
    for name, value in {
        "{as_of}": end.isoformat(),
        "{region}": region.name,
        "{organisation}": region.organisation,
    }.items():
        text = text.replace(name, value)
    (out / "sources.yaml").write_bytes(text.encode())
