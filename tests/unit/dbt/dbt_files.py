"""The files of the dbt project, parsed once for the tests beside this module.

Reading files and following references belongs here; what must hold about them belongs in the tests. dbt itself is not
imported: parsing with it takes longer than every test together.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

PROJECT = Path(__file__).parents[3] / "dbt_project"
_REF = re.compile(r"""\bref\(\s*['"](\w+)['"]\s*\)""")
_SOURCE = re.compile(r"""\bsource\(\s*['"](\w+)['"]\s*,\s*['"](\w+)['"]\s*\)""")
_COMMENT = re.compile(r"--[^\n]*|\{#.*?#\}", re.DOTALL)


@dataclass(frozen=True)
class Model:
    """One model: its SQL, its properties and what it reads."""

    name: str
    layer: str
    domain: str
    path: Path
    sql: str
    properties: dict

    @property
    def code(self) -> str:
        """The SQL without comments."""
        return _COMMENT.sub("", self.sql)

    @property
    def refs(self) -> frozenset[str]:
        """Models and seeds the SQL reads."""
        return frozenset(_REF.findall(self.code))

    @property
    def sources(self) -> frozenset[str]:
        """Sources the SQL reads, as `source.table`."""
        return frozenset(".".join(pair) for pair in _SOURCE.findall(self.code))

    @property
    def columns(self) -> list[dict]:
        """Column properties, in file order."""
        return self.properties.get("columns", [])


def assert_none(offenders: Iterable[str], remedy: str) -> None:
    """Fails with every offender at once, each on a line, under what to do about them."""
    lines = sorted(offenders)
    assert not lines, "\n".join([remedy, *lines])


def read_yaml(path: Path) -> dict:
    """The content of a YAML file."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


@cache
def models() -> dict[str, Model]:
    """Every model by name; a model without properties gets an empty dict."""
    found = {}
    for path in sorted((PROJECT / "models").rglob("*.sql")):
        layer, domain = path.relative_to(PROJECT / "models").parts[:2]
        properties_path = path.with_suffix(".yml")
        listed = read_yaml(properties_path)["models"] if properties_path.exists() else [{}]
        found[path.stem] = Model(path.stem, layer, domain, path, path.read_text(encoding="utf-8"), listed[0])
    return found


@cache
def seeds() -> dict[str, dict]:
    """Properties of every seed by name."""
    return {path.stem: read_yaml(path)["seeds"][0] for path in sorted((PROJECT / "seeds").glob("*.yml"))}


@cache
def sources() -> dict[str, dict]:
    """Properties of every source table by `source.table`."""
    listed = read_yaml(PROJECT / "models" / "sources.yml")["sources"]
    return {f"{source['name']}.{table['name']}": table for source in listed for table in source["tables"]}


@cache
def manifest() -> dict:
    """What publishing reads of the manifest that dbt makes of these files: the marts and their tests `grain`."""
    nodes = {}
    for name, model in models().items():
        if model.layer == "marts":
            nodes[name] = {
                **model.properties,
                "resource_type": "model",
                "original_file_path": model.path.relative_to(PROJECT).as_posix(),
                "schema": "main",
                "columns": {column["name"]: column for column in model.columns},
            }
            for test in model.properties.get("data_tests", []):
                if "grain" in test:
                    tested = {"name": "grain", "kwargs": test["grain"]["arguments"]}
                    nodes[f"grain_{name}"] = {
                        "resource_type": "test",
                        "test_metadata": tested,
                        "attached_node": name,
                    }
    return {"nodes": nodes}


@cache
def passed_on(name: str) -> dict[str, str]:
    """Column → what it means, of all that a model reads and may pass on; a mart describes all of its own columns."""
    model = models()[name]
    if model.layer == "marts":
        return {}
    listed = [sources()[table]["columns"] for table in sorted(model.sources)]
    listed += [models()[ref].columns for ref in sorted(model.refs) if ref in models()]
    own = {column["name"]: column["description"] for columns in listed for column in columns if "description" in column}
    above = [passed_on(ref) for ref in sorted(model.refs) if ref in models()]
    return {name: meaning for one in above for name, meaning in one.items()} | own


@cache
def realms(name: str) -> frozenset[str]:
    """Whose words or contacts a model is made from: any of `citizens`, `staff`."""
    holders = {
        "lake.post": "citizens",
        "lake.case_event": "citizens",
        "lake.message": "staff",
        "lake.person": "staff",
    }
    model = models()[name]
    own = {holders[source] for source in model.sources if source in holders}
    return frozenset(own.union(*(realms(ref) for ref in model.refs if ref in models())))
