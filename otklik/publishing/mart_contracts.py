"""Reads the contracts of the marts out of dbt's manifest: which columns are public, what they mean, how rows order.

The contract is written once, beside the model, in its YAML; publishing follows it. How a snapshot is built from these
contracts stands in `publishing.py`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from otklik.home.errors import OtklikError
from otklik.home.suppression import Suppression

CLASSIFICATIONS = ("public", "restricted")

_SUPPRESSION_KEYS = {"people", "rows", "total", "because"}
_ALWAYS_SHOWN = "shown_when_suppressed"
_FLAGS = {"is_suppressed", "suppression_reason"}

META_PREFIX = "meta_"
"""Starts the names of operational marts, which change with every run even when no data did."""


class MartContractError(OtklikError):
    """A mart's contract is incomplete, so publishing it could publish too much."""


@dataclass(frozen=True)
class Column:
    """A public column: its DuckDB type and what it means."""

    name: str
    type: str
    description: str


@dataclass(frozen=True)
class Mart:
    """A table to publish.

    Attributes:
        name: Name of the published table and of its Parquet file.
        columns: Public columns only, in published order.
        order_by: Columns that order the rows completely; restricted ones may be among them.
        version: Version of the contract.
        definitions: Numbers of the metric definitions the mart computes.
        description: What one row is.
        schema: Where the warehouse holds it.
        suppression: How it hides people.
    """

    name: str
    columns: tuple[Column, ...]
    order_by: tuple[str, ...]
    version: int = 1
    definitions: tuple[int, ...] = ()
    description: str = ""
    schema: str = "main"
    suppression: Suppression = field(default_factory=Suppression)


def mart_contracts(manifest: Mapping[str, Any]) -> list[Mart]:
    """The marts of a dbt manifest, by name. A mart without any public column is left out: nothing of it is published.

    Args:
        manifest: The parsed `manifest.json` of dbt 1.11. Models under `models/marts/` count. Read are, per model, the
            description, `meta` (`version`: int; `definition` or `definitions`: int or list; `suppression`: see
            `_suppression`) and the columns of its test `grain`, by which rows are ordered, and per column `data_type`,
            description, `meta.classification` and `meta.shown_when_suppressed`.

    Raises:
        MartContractError: A column lacks a classification, a type or a description, or the mart does not say how it
            hides people. Names the model and the column.
    """
    nodes: Mapping[str, Mapping[str, Any]] = manifest["nodes"]
    grains = _grains(nodes.values())
    marts = (
        _mart(node, grains.get(key))
        for key, node in nodes.items()
        if node["resource_type"] == "model" and node["original_file_path"].startswith("models/marts/")
    )
    return sorted((mart for mart in marts if mart.columns), key=lambda mart: mart.name)


def suppressions(manifest: Mapping[str, Any]) -> dict[str, Suppression]:
    """Published mart → how it hides people. Arguments and errors are those of `mart_contracts`."""
    return {mart.name: mart.suppression for mart in mart_contracts(manifest)}


def _grains(nodes: Iterable[Mapping[str, Any]]) -> dict[str, tuple[str, ...]]:
    """Model's node id → the columns that name one row of it, as its test `grain` demands."""
    return {
        node["attached_node"]: tuple(node["test_metadata"]["kwargs"]["columns"])
        for node in nodes
        if (node.get("test_metadata") or {}).get("name") == "grain"
    }


def _mart(node: Mapping[str, Any], grain: tuple[str, ...] | None) -> Mart:
    name = node.get("alias") or node["name"]
    meta = _meta(node)
    declared = list(node["columns"].values())
    if not declared:
        raise MartContractError(f"Mart {name} declares no columns; list them in its YAML, each with a classification.")
    public = tuple(_column(name, column) for column in declared if _classification(name, column) == "public")
    always_shown = {*(grain or ()), *(column["name"] for column in declared if _meta(column).get(_ALWAYS_SHOWN))}
    return Mart(
        name=name,
        columns=public,
        # Rows in which every column is equal have no order to lose.
        order_by=grain or tuple(column["name"] for column in declared),
        version=int(meta.get("version", 1)),
        definitions=_numbers(meta.get("definitions", meta.get("definition", ()))),
        description=node.get("description", "").strip(),
        schema=node["schema"],
        suppression=_suppression(name, meta.get("suppression"), public, always_shown) if public else Suppression(),
    )


def _suppression(mart: str, stated: Any, public: Sequence[Column], always_shown: set[str]) -> Suppression:
    """How a mart hides people, from `meta.suppression` and from what columns it has.

    Stated is either `people`, the column or columns that count them, with `rows` and `total` where they apply, or
    `because`, a sentence that says why nobody need be counted. In a mart with a column `is_suppressed` every column
    outside of the grain is null in a suppressed row, unless its `meta` says `shown_when_suppressed`.
    """
    columns = [column.name for column in public]
    accepted = "`people` (the column that counts them), `rows`, `total`; or `because` (why nobody need be counted)"
    if not isinstance(stated, Mapping) or ("people" in stated) == ("because" in stated):
        raise MartContractError(
            f"Mart {mart} does not say how it hides people (definition 24): `config.meta.suppression` in its YAML is "
            f"{stated!r}; accepted: {accepted}."
        )
    people, total = (_names(stated.get(key)) for key in ("people", "total"))
    if unknown := sorted({*stated} - _SUPPRESSION_KEYS) + sorted({*people, *total} - {*columns}):
        raise MartContractError(
            f"The suppression of mart {mart} names {unknown}, which is no key of it and no public column of the mart; "
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


def _classification(mart: str, column: Mapping[str, Any]) -> str:
    classification = _meta(column).get("classification")
    if classification not in CLASSIFICATIONS:
        raise MartContractError(
            f"Column {mart}.{column['name']} has classification {classification!r}; accepted: "
            f"{list(CLASSIFICATIONS)}. Set `meta: {{classification: …}}` in the model's YAML."
        )
    return str(classification)


def _column(mart: str, column: Mapping[str, Any]) -> Column:
    name, data_type, description = column["name"], column.get("data_type"), (column.get("description") or "").strip()
    if not data_type or not description:
        raise MartContractError(
            f"Public column {mart}.{name} needs both `data_type` and `description` in the model's YAML; "
            f"found {data_type!r} and {description!r}."
        )
    return Column(name, data_type, description)


def _numbers(value: Any) -> tuple[int, ...]:
    return tuple(int(number) for number in (value if isinstance(value, list | tuple) else [value]))
