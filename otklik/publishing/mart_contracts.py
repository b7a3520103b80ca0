"""Reads the contracts of the marts out of dbt's manifest: which columns are public, what they mean, how rows order.

The contract is written once, beside the model, in its YAML; publishing follows it. How a snapshot is built from these
contracts stands in `publishing.py`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from otklik.home.errors import OtklikError

CLASSIFICATIONS = ("public", "restricted")

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
    """

    name: str
    columns: tuple[Column, ...]
    order_by: tuple[str, ...]
    version: int = 1
    definitions: tuple[int, ...] = ()
    description: str = ""
    schema: str = "main"


def mart_contracts(manifest: Mapping[str, Any]) -> list[Mart]:
    """The marts of a dbt manifest, by name. A mart without any public column is left out: nothing of it is published.

    Args:
        manifest: The parsed `manifest.json` of dbt 1.11. Models under `models/marts/` count. Read are, per model, the
            description, `meta` (`version`: int; `definition` or `definitions`: int or list) and the columns of its test
            `grain`, by which rows are ordered, and per column `data_type`, description and `meta.classification`.

    Raises:
        MartContractError: A column lacks a classification, a type or a description. Names the model and the column.
    """
    nodes: Mapping[str, Mapping[str, Any]] = manifest["nodes"]
    grains = _grains(nodes.values())
    marts = (
        _mart(node, grains.get(key))
        for key, node in nodes.items()
        if node["resource_type"] == "model" and node["original_file_path"].startswith("models/marts/")
    )
    return sorted((mart for mart in marts if mart.columns), key=lambda mart: mart.name)


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
    return Mart(
        name=name,
        columns=public,
        # Rows in which every column is equal have no order to lose.
        order_by=grain or tuple(column["name"] for column in declared),
        version=int(meta.get("version", 1)),
        definitions=_numbers(meta.get("definitions", meta.get("definition", ()))),
        description=node.get("description", "").strip(),
        schema=node["schema"],
    )


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
