"""Reads the contracts of the marts out of dbt's manifest: whom columns are for, what they mean, how rows order.

The contract is written once, beside the model, in its YAML; publishing follows it. How a snapshot is built from these
contracts stands in `publishing.py`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from otklik.home.errors import OtklikError
from otklik.home.suppression import Suppression


class Audience(StrEnum):
    """Who may read a column (definition 24): anybody, staff authorised to work with citizens' matters, or nobody."""

    PUBLIC = "public"
    ANALYST = "analyst"
    RESTRICTED = "restricted"


class Surface(StrEnum):
    """One of the two faces of a snapshot: a folder with a DuckDB file and Parquet beside it."""

    ANALYST = "analyst"
    PUBLIC = "public"

    @property
    def audiences(self) -> frozenset[Audience]:
        """Columns of which audiences stand on it."""
        both = {Audience.PUBLIC, Audience.ANALYST}
        return frozenset(both if self is Surface.ANALYST else {Audience.PUBLIC})


ROLLED_UP = "public_"
"""Starts the names of the warehouse's tables that are made for the public surface, where they are called without it."""

_SUPPRESSION_KEYS = {"people", "rows", "total", "because"}
_ALWAYS_SHOWN = "shown_when_suppressed"
_FLAGS = {"is_suppressed", "suppression_reason"}

META_PREFIX = "meta_"
"""Starts the names of operational marts, which change with every run even when no data did."""


class MartContractError(OtklikError):
    """A mart's contract is incomplete, so publishing it could publish too much."""


@dataclass(frozen=True)
class Column:
    """A published column: its DuckDB type and what it means."""

    name: str
    type: str
    description: str


@dataclass(frozen=True)
class Mart:
    """A table to publish on one surface.

    Attributes:
        name: Name of the published table and of its Parquet file.
        columns: Those that the surface's audience may read, in published order.
        order_by: Columns that order the rows completely; others than the published may be among them.
        version: Version of the contract.
        definitions: Numbers of the metric definitions the mart computes.
        description: What one row is.
        schema: Where the warehouse holds it.
        suppression: How it hides people.
        surface: Where it is published.
        relation: What the warehouse calls it; its name, unless another is given.
    """

    name: str
    columns: tuple[Column, ...]
    order_by: tuple[str, ...]
    version: int = 1
    definitions: tuple[int, ...] = ()
    description: str = ""
    schema: str = "main"
    suppression: Suppression = field(default_factory=Suppression)
    surface: Surface = Surface.ANALYST
    relation: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "relation", self.relation or self.name)


def mart_contracts(manifest: Mapping[str, Any]) -> list[Mart]:
    """The marts of a dbt manifest, by surface and name. Where a surface's audience may read no column, there is none.

    A model `public_<name>` is made for the public surface alone and called `<name>` there. Of every other, the public
    surface has the public columns.

    Args:
        manifest: The parsed `manifest.json` of dbt 1.11. Models under `models/marts/` count. Read are, per model, the
            description, `meta` (`version`: int; `definition` or `definitions`: int or list; `suppression`: see
            `_suppression`) and the columns of its test `grain`, by which rows are ordered, and per column `data_type`,
            description, `meta.audience` and `meta.shown_when_suppressed`.

    Raises:
        MartContractError: A column lacks an audience, a type or a description, or the mart does not say how it hides
            people. Names the model and the column.
    """
    nodes: Mapping[str, Mapping[str, Any]] = manifest["nodes"]
    grains = _grains(nodes.values())
    marts = (
        _mart(node, grains.get(key), surface)
        for key, node in nodes.items()
        if node["resource_type"] == "model" and node["original_file_path"].startswith("models/marts/")
        for surface in _surfaces(node)
    )
    return sorted((mart for mart in marts if mart.columns), key=lambda mart: (mart.surface, mart.name))


def suppressions(manifest: Mapping[str, Any]) -> dict[str, Suppression]:
    """Table of the warehouse that is published → how it hides people. Arguments and errors as of `mart_contracts`."""
    # what the widest audience of a table sees is judged
    return {mart.relation: mart.suppression for mart in reversed(mart_contracts(manifest))}


def _surfaces(node: Mapping[str, Any]) -> tuple[Surface, ...]:
    return (Surface.PUBLIC,) if _relation(node).startswith(ROLLED_UP) else (Surface.ANALYST, Surface.PUBLIC)


def _relation(node: Mapping[str, Any]) -> str:
    return str(node.get("alias") or node["name"])


def _grains(nodes: Iterable[Mapping[str, Any]]) -> dict[str, tuple[str, ...]]:
    """Model's node id → the columns that name one row of it, as its test `grain` demands."""
    return {
        node["attached_node"]: tuple(node["test_metadata"]["kwargs"]["columns"])
        for node in nodes
        if (node.get("test_metadata") or {}).get("name") == "grain"
    }


def _mart(node: Mapping[str, Any], grain: tuple[str, ...] | None, surface: Surface) -> Mart:
    relation = _relation(node)
    meta = _meta(node)
    declared = list(node["columns"].values())
    if not declared:
        raise MartContractError(f"Mart {relation} declares no columns; list them in its YAML, each with an audience.")
    shown = tuple(_column(relation, column) for column in declared if _audience(relation, column) in surface.audiences)
    always_shown = {*(grain or ()), *(column["name"] for column in declared if _meta(column).get(_ALWAYS_SHOWN))}
    return Mart(
        name=relation.removeprefix(ROLLED_UP),
        columns=shown,
        # Rows in which every column is equal have no order to lose.
        order_by=grain or tuple(column["name"] for column in declared),
        version=int(meta.get("version", 1)),
        definitions=_numbers(meta.get("definitions", meta.get("definition", ()))),
        description=node.get("description", "").strip(),
        schema=node["schema"],
        suppression=_suppression(relation, meta.get("suppression"), declared, shown, always_shown)
        if shown
        else Suppression(),
        surface=surface,
        relation=relation,
    )


def _suppression(
    mart: str, stated: Any, declared: Sequence[Mapping[str, Any]], shown: Sequence[Column], always_shown: set[str]
) -> Suppression:
    """How a mart hides people, from `meta.suppression` and from what columns it has.

    Stated is either `people`, the column or columns that count them, with `rows` and `total` where they apply, or
    `because`, a sentence that says why nobody need be counted. In a mart with a column `is_suppressed` every column
    outside of the grain is null in a suppressed row, unless its `meta` says `shown_when_suppressed`.
    """
    columns = [column.name for column in shown]
    accepted = "`people` (the column that counts them), `rows`, `total`; or `because` (why nobody need be counted)"
    if not isinstance(stated, Mapping) or ("people" in stated) == ("because" in stated):
        raise MartContractError(
            f"Mart {mart} does not say how it hides people (definition 24): `config.meta.suppression` in its YAML is "
            f"{stated!r}; accepted: {accepted}."
        )
    people, total = (_names(stated.get(key)) for key in ("people", "total"))
    known = {column["name"] for column in declared}
    if unknown := sorted({*stated} - _SUPPRESSION_KEYS) + sorted({*people, *total} - known):
        raise MartContractError(
            f"The suppression of mart {mart} names {unknown}, which is no key of it and no column of the mart; "
            f"accepted: {accepted}."
        )
    hidden = [name for name in columns if name not in always_shown | _FLAGS] if "is_suppressed" in columns else []
    if total and not hidden:
        raise MartContractError(f"Mart {mart} has a total to subtract from and hides no row: add `is_suppressed`.")
    return Suppression(
        people=people,
        rows=stated.get("rows"),
        total=total,
        hidden=tuple(hidden),
        because=stated.get("because", ""),
        is_of_members={"network", "level", "member_id"} <= {*columns},
    )


def _names(value: Any) -> tuple[str, ...]:
    return () if value is None else (value,) if isinstance(value, str) else tuple(value)


def _meta(item: Mapping[str, Any]) -> dict[str, Any]:
    """`meta` wherever this version of dbt keeps it: under `config` since 1.10, at the top before."""
    return {**(item.get("meta") or {}), **((item.get("config") or {}).get("meta") or {})}


def _audience(mart: str, column: Mapping[str, Any]) -> Audience:
    found = _meta(column).get("audience")
    if found not in list(Audience):
        raise MartContractError(
            f"Column {mart}.{column['name']} has audience {found!r}; accepted: {[*map(str, Audience)]}. "
            "Set `meta: {audience: …}` in the model's YAML."
        )
    return Audience(found)


def _column(mart: str, column: Mapping[str, Any]) -> Column:
    name, data_type, description = column["name"], column.get("data_type"), (column.get("description") or "").strip()
    if not data_type or not description:
        raise MartContractError(
            f"Published column {mart}.{name} needs both `data_type` and `description` in the model's YAML; "
            f"found {data_type!r} and {description!r}."
        )
    return Column(name, data_type, description)


def _numbers(value: Any) -> tuple[int, ...]:
    return tuple(int(number) for number in (value if isinstance(value, list | tuple) else [value]))
