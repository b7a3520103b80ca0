"""The invented region: municipalities, streets, authorities, and the ways people write a place down.

Names are data (`gazetteer.toml`); here they get coordinates and turn into phrases. What people complain about is in
`phrasebook.py`; when they do it is in `rhythm.py`.
"""

import math
import random
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_KM_PER_DEGREE = 111.2
_GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))
MAX_HOUSE, MAX_BUILDING = 60, 3
BUILDINGS_EVERY = 5
"""Of so many houses of a street one has several buildings under its number."""
_BUILDING_KM = 0.07


@dataclass(frozen=True, slots=True)
class Street:
    """A street by its nominative and prepositional names; the two are equal when the name is never declined."""

    nominative: str
    prepositional: str


@dataclass(frozen=True, slots=True)
class Municipality:
    """A municipality; `towns` are (nominative, prepositional) names, the centre first."""

    municipality_id: str
    name: str
    prepositional: str
    genitive: str
    kind: str
    population: int
    lat: float
    lon: float
    towns: tuple[tuple[str, str], ...]
    streets: tuple[Street, ...]

    @property
    def administration(self) -> str:
        """The authority that answers for municipal matters."""
        if self.kind == "городской округ":
            return f"Администрация города {self.genitive}"
        return f"Администрация {self.genitive}"

    def site(self, street: int, house: int, building: int = 0) -> tuple[float, float]:
        """Latitude and longitude, degrees: streets on a sunflower spiral, houses 12 m and buildings 70 m apart."""
        reach_km = 0.8 + math.sqrt(self.population) / 150
        radius = reach_km * math.sqrt((street + 0.5) / len(self.streets))
        angle = street * _GOLDEN_ANGLE
        north = radius * math.cos(angle) + house * 0.012
        east = radius * math.sin(angle) + building * _BUILDING_KM
        lat = self.lat + north / _KM_PER_DEGREE
        return round(lat, 6), round(self.lon + east / (_KM_PER_DEGREE * math.cos(math.radians(lat))), 6)

    def address(self, street: int, house: int, building: int = 0) -> str:
        """The address as a form states it; a building that shares its house's number has its own «корп.» and «лит.»."""
        town = self.towns[1 if street % 6 == 5 else 0][0]
        shared = f", корп. {building}, лит. {'АБВ'[building - 1]}" if building else ""
        return f"{town}, ул. {self.streets[street].nominative}, д. {house}{shared}"


@dataclass(frozen=True, slots=True)
class Region:
    """Everything that stands still in the invented world."""

    name: str
    organisation: str
    mail_domain: str
    municipalities: tuple[Municipality, ...]
    authorities: dict[str, str]
    parks: tuple[str, ...]

    def authority(self, owner: str, municipality: int) -> str:
        """Name of the authority behind a topic's `owner` in a municipality.

        Raises:
            KeyError: `owner` is neither "municipality" nor a key of [authorities].
        """
        if owner == "municipality":
            return self.municipalities[municipality].administration
        return self.authorities[owner]


@dataclass(frozen=True, slots=True)
class Place:
    """A place as written: the phrase to put into a sentence, and the exact substrings that locate the matter.

    `named` is what the phrase names, in one spelling: two phrases of one `named` say the same. `is_site`: whether that
    is more than a town.
    """

    phrase: str
    substrings: tuple[str, ...]
    named: str
    is_site: bool = True


NOWHERE = Place("", (), "", is_site=False)


@cache
def load_region() -> Region:
    """The region of `gazetteer.toml`."""
    data = tomllib.loads((Path(__file__).parent / "gazetteer.toml").read_text(encoding="utf-8"))
    streets = [Street(name, _declined(name)) for name in data["streets"]["f"]]
    streets += [Street(name, name) for name in data["streets"]["g"]]
    municipalities = tuple(
        _municipality(index, row, streets, data["centre"]) for index, row in enumerate(data["municipalities"])
    )
    return Region(
        name=data["region"],
        organisation=data["organisation"],
        mail_domain=data["mail_domain"],
        municipalities=municipalities,
        authorities=data["authorities"],
        parks=tuple(data["parks"]),
    )


def _declined(adjective: str) -> str:
    """Prepositional of a feminine adjective or surname-like street name: Речная → Речной, Иволгина → Иволгиной."""
    if adjective.endswith("ая"):
        return adjective[:-2] + ("ей" if adjective[-3] in "жшщч" else "ой")
    if adjective.endswith("ья"):
        return adjective[:-1] + "ей"
    return adjective[:-1] + "ой"


def _municipality(index: int, row: dict[str, Any], streets: list[Street], centre: list[float]) -> Municipality:
    distance = 0.45 * math.sqrt(index)
    angle = index * _GOLDEN_ANGLE
    own = 12 + min(len(streets) - 12, row["population"] // 8000)
    shifted = [streets[(index * 7 + offset) % len(streets)] for offset in range(own)]
    town = tuple(row.get("centre", [row["name"], row["forms"][0]]))
    return Municipality(
        # Region code 00 is given to nobody, so that these ids cannot meet a real OKTMO code.
        municipality_id=f"00{601 + index}000",
        name=row["name"],
        prepositional=row["forms"][0],
        genitive=row["forms"][1],
        kind=row["kind"],
        population=row["population"],
        lat=round(centre[0] + distance * math.cos(angle), 5),
        lon=round(centre[1] + 2 * distance * math.sin(angle), 5),
        towns=(town, *((village, village) for village in row["villages"])),
        streets=tuple(shifted),
    )


def write_place(rng: random.Random, region: Region, municipality: int, site: str, street: int, house: int) -> Place:
    """A place phrase for a site, as one of the ways people write it.

    Args:
        rng: source of chance.
        region: the region.
        municipality: index into `region.municipalities`.
        site: street, clinic, stop or park.
        street: index of the street, which also numbers clinics, stops and parks.
        house: house number.
    """
    here = region.municipalities[municipality]
    local = _SITES[site](rng, region, here.streets[street], street, house)
    draw = rng.random()
    if draw < 0.10:
        return NOWHERE
    # Every sixth street lies in a village, so that one incident is always in one settlement.
    settlement = here.towns[1 if street % 6 == 5 else 0][1]
    town = settlement if draw > 0.25 else here.prepositional
    if draw < 0.18:
        return Place(f"в {town}", (town,), town, is_site=False)
    if draw < 0.55:
        return Place(f"в {town} {local.phrase}", (town, *local.substrings), f"{town}, {local.named}")
    return local


def _street_place(rng: random.Random, region: Region, street: Street, number: int, house: int) -> Place:
    del region, number  # one signature for every kind of site
    nominative, prepositional = street.nominative, street.prepositional
    named = f"{nominative} {house}"
    match rng.randrange(7):
        case 0:
            where = f"улице {prepositional}, {house}"
            return Place(f"на {where}", (where,), named)
        case 1:
            where = f"ул. {nominative}, д. {house}"
            return Place(f"по адресу {where}", (where,), named)
        case 2:
            where = f"{prepositional} {house}"
            return Place(f"на {where}", (where,), named)
        case 3:
            where = f"дома {house} по улице {prepositional}"
            return Place(f"возле {where}", (where,), named)
        case 4:
            where = f"ул {nominative} {house}"
            return Place(f"на {where}", (where,), named)
        case 5:
            where = f"ул. {prepositional}, {house}"
            return Place(f"на {where}", (where,), named)
        case _:
            where = f"улице {prepositional}"
            return Place(f"на {where}", (where,), nominative)


def _clinic_place(rng: random.Random, region: Region, street: Street, number: int, house: int) -> Place:
    del region, street, house
    where = rng.choice(("поликлинике № {}", "поликлинике №{}", "поликлинике {}")).format(number + 1)
    return Place(f"в {where}", (where,), f"поликлиника {number + 1}")


def _stop_place(rng: random.Random, region: Region, street: Street, number: int, house: int) -> Place:
    del region, number, house
    where = rng.choice(("остановке «{}»", "остановке {}", "ост. {}")).format(street.nominative)
    return Place(f"на {where}", (where,), f"остановка {street.nominative}")


def _park_place(rng: random.Random, region: Region, street: Street, number: int, house: int) -> Place:
    del street, house
    park = region.parks[number % len(region.parks)]
    where = rng.choice(("парке «{}»", "парке {}")).format(park)
    return Place(f"в {where}", (where,), f"парк {park}")


_SITES = {"street": _street_place, "clinic": _clinic_place, "stop": _stop_place, "park": _park_place}
