"""Which loads stand behind a table of the lake that dbt reads."""

from collections.abc import Sequence

from otklik.intake.sources.configuration import Configuration


def feeding_keys(configuration: Configuration, key: Sequence[str]) -> list[list[str]]:
    """Keys of what must be there before the table `key` is read: one of the raw lake is fed by each of its sources."""
    match list(key):
        case ["raw", entity]:
            return [["raw", source, entity] for source in configuration.feeding(entity)]
        case ["ledger", _]:
            return [["raw", fed.name, entity] for fed in configuration.sources.values() for entity in fed.entities]
        case ["run" | "gates" | "history" | "arrivals", _]:
            return []  # written by runs, gates and publishing, not materialised by an asset
        case _:
            return [list(key)]
