"""What holds for every test."""

import os
import shutil
import tempfile

import pytest
from hypothesis import settings

# How long an example takes says nothing of what it shows, and a busy machine is no counterexample.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


def pytest_configure(config: pytest.Config) -> None:
    """All homes of a session share what dbt parsed: it is the same for each, and takes seconds."""
    if not hasattr(config, "workerinput"):
        os.environ["OTKLIK_PARSED_PROJECT"] = tempfile.mkdtemp(prefix="otklik-parsed-")


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ.pop("OTKLIK_PARSED_PROJECT"), ignore_errors=True)
