"""Reference files of the invented region, and the sources.yaml that maps every export.

The names come from `region.py`; the mapping SQL is `sources.template.yaml`. Exports are written elsewhere.
"""

from datetime import datetime
from pathlib import Path

from lab.demo.output import RowFile
from lab.demo.region import Region

MUNICIPALITY_HEADER = ("Код", "Муниципалитет", "Вид", "Центр", "Население", "Широта", "Долгота")
AUTHORITY_HEADER = ("Наименование", "Уровень", "Вышестоящий")


def write_reference(out: Path, region: Region) -> None:
    """Writes reference/municipalities.csv and reference/authorities.csv."""
    with RowFile(out / "reference" / "municipalities.csv", MUNICIPALITY_HEADER, delimiter=";") as file:
        for here in region.municipalities:
            row = (here.municipality_id, here.name, here.kind, here.towns[0][0], here.population, here.lat, here.lon)
            file.write_csv(row)
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
