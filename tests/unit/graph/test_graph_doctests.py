"""The examples in the docstrings of `graph/` run as printed."""

import doctest
from importlib import import_module
from pathlib import Path

import pytest

import graph

# The engine's functions need its own objects as arguments; the tests of groups and roles call them.
MODULES = sorted(path.stem for path in Path(graph.__file__).parent.glob("[a-z]*.py") if path.stem != "leiden")


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_hold(name):
    result = doctest.testmod(import_module(f"graph.{name}"))
    assert result.attempted > 0
    assert result.failed == 0
