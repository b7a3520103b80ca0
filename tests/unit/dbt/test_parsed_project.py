"""Homes of one installation share what dbt parsed of the project (`OTKLIK_PARSED_PROJECT`)."""

import dbt.cli.main
import pytest

from otklik.home.settings import Home
from otklik.warehouse.dbt_project import dbt_manifest


def _home(folder) -> Home:
    home = Home(folder)
    home.dbt_target.mkdir(parents=True)
    return home


def test_a_home_takes_what_another_one_parsed_and_says_the_same(tmp_path, monkeypatch):
    first = dbt_manifest(_home(tmp_path / "first"))
    monkeypatch.setattr(dbt.cli.main, "dbtRunner", None)

    assert dbt_manifest(_home(tmp_path / "second")) == first


def test_a_home_parses_by_itself_where_nothing_is_shared(tmp_path, monkeypatch):
    monkeypatch.delenv("OTKLIK_PARSED_PROJECT")
    monkeypatch.setattr(dbt.cli.main, "dbtRunner", None)

    with pytest.raises(TypeError):
        dbt_manifest(_home(tmp_path / "alone"))
