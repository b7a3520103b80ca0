"""A surface has the columns whose audience a model's YAML says it is, and an unclear contract is refused."""

from typing import Any

import pytest

from otklik.home.suppression import Suppression
from otklik.publishing.mart_contracts import Column, Mart, MartContractError, Surface, mart_contracts, suppressions

NO_PEOPLE = {"because": "A list of codes."}


def column(name: str, audience: str | None = "analyst", **changes: Any) -> dict[str, Any]:
    meta = {} if audience is None else {"audience": audience}
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
        "config": {"meta": {"suppression": NO_PEOPLE} | (meta or {})},
    }


def counts(meta: dict[str, Any], *columns: Any) -> Any:
    """A mart that counts people."""
    return model("agg_post", column("topic"), column("n_people"), *columns, meta=meta)


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
            suppression=Suppression(because="A list of codes."),
        )
    ]


def test_the_public_surface_has_the_public_columns_and_the_tables_made_for_it() -> None:
    found = mart_contracts(
        manifest(
            model(
                "dim_topic", column("topic_code", "public"), column("note", "analyst"), column("secret", "restricted")
            ),
            model("fct_post", column("post_id")),
            model("public_agg_post", column("n_posts", "public"), column("n_people", "restricted")),
        )
    )

    assert [(mart.surface, mart.name, mart.relation, [item.name for item in mart.columns]) for mart in found] == [
        (Surface.ANALYST, "dim_topic", "dim_topic", ["topic_code", "note"]),
        (Surface.ANALYST, "fct_post", "fct_post", ["post_id"]),
        (Surface.PUBLIC, "agg_post", "public_agg_post", ["n_posts"]),
        (Surface.PUBLIC, "dim_topic", "dim_topic", ["topic_code"]),
    ]


def test_an_audience_is_also_read_from_the_older_place() -> None:
    old = column("post_id", None, meta={"audience": "restricted"})

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


def test_a_suppressed_row_keeps_its_grain_and_what_says_so_and_hides_the_rest() -> None:
    always = column("group", config={"meta": {"audience": "analyst", "shown_when_suppressed": True}})
    flags = (column("is_suppressed"), column("suppression_reason"), column("authors", "restricted"))
    rule = {"people": "n_people", "rows": "level = 'group'", "total": ["day", "topic"]}
    mart = counts({"suppression": rule}, column("day"), column("level"), column("n_posts"), always, *flags)

    found = suppressions(manifest(mart, tests=(grain_test("agg_post", "day", "topic", "level"),)))

    assert found == {
        "agg_post": Suppression(
            people=("n_people",), rows="level = 'group'", total=("day", "topic"), hidden=("n_people", "n_posts")
        )
    }


def test_rows_about_a_member_of_a_network_are_known_by_their_columns() -> None:
    columns = (column("network"), column("level"), column("member_id"))

    found = suppressions(manifest(model("fct_role", *columns), model("fct_tie", *columns[:2])))

    assert {name: rule.is_of_members for name, rule in found.items()} == {"fct_role": True, "fct_tie": False}


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (model("fct_post", column("text", None)), r"Column fct_post\.text has audience None"),
        (model("fct_post", column("text", "secret")), r"Column fct_post\.text has audience 'secret'"),
        (model("fct_post", column("text", data_type=None)), r"Published column fct_post\.text needs both"),
        (model("fct_post", column("text", description=" ")), r"Published column fct_post\.text needs both"),
        (model("fct_post"), "Mart fct_post declares no columns"),
        (counts({"suppression": None}), "Mart agg_post does not say how it hides people"),
        (counts({"suppression": {}}), "Mart agg_post does not say how it hides people"),
        (counts({"suppression": {"people": "n_people", **NO_PEOPLE}}), "Mart agg_post does not say how"),
        (counts({"suppression": {"people": "n_persons"}}), r"The suppression of mart agg_post names \['n_persons'\]"),
        (counts({"suppression": {"people": "n_people", "k": 3}}), r"names \['k'\]"),
        (
            counts({"suppression": {"people": "n_people", "total": "topic"}}),
            "Mart agg_post has a total .* hides no row",
        ),
    ],
)
def test_unclear_contract_is_named(broken: Any, message: str) -> None:
    with pytest.raises(MartContractError, match=message):
        mart_contracts(manifest(broken))
