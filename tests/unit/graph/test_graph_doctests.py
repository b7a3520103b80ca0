"""The examples in the docstrings of `graph/` run as printed."""

import doctest
from importlib import import_module

import pytest


@pytest.mark.parametrize("name", ["build", "group_ids", "groups", "hits", "leaders"])
def test_examples_in_docstrings_hold(name):
    result = doctest.testmod(import_module(f"graph.{name}"))
    assert result.attempted > 0
    assert result.failed == 0
