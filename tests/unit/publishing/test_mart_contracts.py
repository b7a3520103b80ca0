"""Only what a model's YAML calls public is a mart's column, and an unclear contract is refused."""

from typing import Any

import pytest

from otklik.publishing.mart_contracts import Column, Mart, MartContractError, mart_contracts


def column(name: str, classification: str | None = "public", **changes: Any) -> dict[str, Any]:
    meta = {} if classification is None else {"classification": classification}
    made = {"name": name, "data_type": "varchar", "description": f"The {name}.", "config": {"meta": meta}}
    return made | changes


def model(name: str, *columns: dict[str, Any], meta: dict[str, Any] | None = None, folder: str = "marts") -> Any:
    return {
        "resource_type": "model",
        "name": name,
        "alias": name,
        "schema": "main",
        "original_file_path": f"models/{folder}/incidents/{name}.sql",
        "description": "One row per post.\n",
        "columns": {item["name"]: item for item in columns},
        "config": {"meta": meta or {}},
    }


def grain_test(model_name: str, *columns: str) -> Any:
    return {
        "resource_type": "test",
        "test_metadata": {"name": "grain", "kwargs": {"columns": list(columns), "never_null": []}},
        "attached_node": f"model.otklik.{model_name}",
        "column_name": None,
    }


def manifest(*models: Any, tests: tuple[Any, ...] = ()) -> dict[str, Any]:
    nodes = {f"model.otklik.{node['name']}": node for node in models}
    return {"nodes": nodes | {f"test.otklik.{n}": test for n, test in enumerate(tests)}}


def test_restricted_columns_and_other_layers_are_left_out() -> None:
    found = mart_contracts(
        manifest(
            model(
                "fct_post",
                column("post_id"),
                column("text", "restricted"),
                column("topic"),
                meta={"version": 3, "definitions": [1, 2]},
            ),
            model("int_post", column("post_id", None), folder="intermediate"),
            model("fct_secret", column("a", "restricted")),
            tests=(grain_test("fct_post", "post_id"),),
        )
    )

    assert found == [
        Mart(
            "fct_post",
            (Column("post_id", "varchar", "The post_id."), Column("topic", "varchar", "The topic.")),
            order_by=("post_id",),
            version=3,
            definitions=(1, 2),
            description="One row per post.",
            schema="main",
        )
    ]


def test_classification_is_also_read_from_the_older_place() -> None:
    old = column("post_id", None, meta={"classification": "restricted"})

    (mart,) = mart_contracts(manifest(model("fct_post", old, column("topic"))))

    assert [item.name for item in mart.columns] == ["topic"]


def test_rows_order_by_the_tested_grain_else_by_everything() -> None:
    columns = (column("a"), column("b"), column("c", "restricted"))

    found = mart_contracts(
        manifest(
            model("m_all", *columns),
            model("m_one", *columns),
            model("m_several", *columns),
            tests=(grain_test("m_one", "c"), grain_test("m_several", "b", "a")),
        )
    )

    assert {mart.name: mart.order_by for mart in found} == {
        "m_all": ("a", "b", "c"),
        "m_one": ("c",),
        "m_several": ("b", "a"),
    }


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (model("fct_post", column("text", None)), r"Column fct_post\.text has classification None"),
        (model("fct_post", column("text", "secret")), r"Column fct_post\.text has classification 'secret'"),
        (model("fct_post", column("text", data_type=None)), r"Public column fct_post\.text needs both"),
        (model("fct_post", column("text", description=" ")), r"Public column fct_post\.text needs both"),
        (model("fct_post"), "Mart fct_post declares no columns"),
    ],
)
def test_unclear_contract_is_named(broken: Any, message: str) -> None:
    with pytest.raises(MartContractError, match=message):
        mart_contracts(manifest(broken))
