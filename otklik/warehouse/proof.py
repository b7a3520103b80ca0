"""What is known of the warehouse's tables: for which run dbt built each, what it held then, which tests are owed.

dbt's own exit code speaks of one invocation; a table may have been built by another one, or changed by somebody since.
So every invocation notes here what it built and which tests passed, and publishing asks here before anything leaves
the warehouse. Kept as `<home>/dbt/proof.json`; without it nothing is proven, and a run builds everything again.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from otklik.home.contents import warehouse_hashes
from otklik.home.errors import GateFailedError
from otklik.home.files import write_text
from otklik.home.settings import Home


@dataclass(frozen=True)
class Built:
    """A table as dbt left it: the run and instant it was built for, and the hash of its rows."""

    run_key: str
    as_of: str
    content_hash: str


@dataclass(frozen=True)
class Proof:
    """What is known: tables by name, and ids of tests that have not passed since a table they read was built."""

    tables: dict[str, Built]
    owed_tests: list[str]


class UnprovenError(GateFailedError):
    """A table is not what a run built and tested, so nothing is published."""


def read_proof(home: Home) -> Proof:
    """What is known of the home's tables; nothing where the file is missing or cannot be read."""
    try:
        note = json.loads(_path(home).read_bytes())
        return Proof({name: Built(**one) for name, one in note["tables"].items()}, list(note["owed_tests"]))
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
        return Proof({}, [])


def note_built(
    home: Home, *, built: Iterable[str], touching: Iterable[str], passed: Iterable[str], run_key: str, as_of: str
) -> None:
    """Note one invocation of dbt.

    Args:
        home: the deployment's folder; nobody may be writing the warehouse.
        built: names of marts that were built.
        touching: ids of all tests that read a model that was built.
        passed: ids of tests that passed in this invocation, after the models were built.
        run_key: of the run.
        as_of: its instant, ISO 8601.
    """
    before = read_proof(home)
    hashes = warehouse_hashes(home, built)
    tables = before.tables | {name: Built(run_key, as_of, content) for name, content in hashes.items()}
    owed = sorted({*before.owed_tests, *touching} - set(passed))
    note = {"tables": {name: asdict(one) for name, one in sorted(tables.items())}, "owed_tests": owed}
    write_text(_path(home), json.dumps(note, indent=1) + "\n")


def instant_of(home: Home) -> str | None:
    """The instant the tables were built for, ISO 8601; None if there are none, or of several instants."""
    instants = {one.as_of for one in read_proof(home).tables.values()}
    return instants.pop() if len(instants) == 1 else None


def require_built(home: Home, marts: Sequence[str], *, run_key: str) -> dict[str, str]:
    """The content hash of every mart, if each is what dbt built for this run.

    Args:
        home: the deployment's folder.
        marts: names of tables.
        run_key: of the run that wants to publish them.

    Raises:
        UnprovenError: a mart was built for another instant or other settings, was changed since, or never finished.
    """
    known, now = read_proof(home).tables, warehouse_hashes(home, marts)
    if foreign := {name: one for name, one in known.items() if name in marts and one.run_key != run_key}:
        others = sorted({one.as_of for one in foreign.values()})
        raise UnprovenError(
            f"{_named(sorted(foreign))} built for another run, which looked from {' or '.join(others)}; this one has "
            f"the key {run_key}. Build all of them for one instant and one set of parameters: otklik run"
        )
    changed = [name for name in marts if name not in known or known[name].content_hash != now.get(name)]
    if changed:
        raise UnprovenError(
            f"{_named(changed)} not what dbt built and tested: changed since, or the run that built them did not "
            "finish. Nothing is published. Build them again: otklik run --full-refresh"
        )
    return now


def _named(tables: Sequence[str]) -> str:
    shown = ", ".join(tables[:3])
    if len(tables) == 1:
        return f"{shown} is"
    return f"{shown} and {len(tables) - 3} more are" if len(tables) > 3 else f"{shown} are"


def owed_test_names(home: Home, nodes: Mapping[str, Mapping[str, object]]) -> list[str]:
    """Names of the tests owed that the project still has, sorted."""
    return sorted(str(nodes[one]["name"]) for one in read_proof(home).owed_tests if one in nodes)


def _path(home: Home) -> Path:
    return home.dbt_target / "proof.json"
