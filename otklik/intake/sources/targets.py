"""`postgres` of a sources file: the second target of publishing, with what the environment says filled in."""

from collections.abc import Mapping

from otklik.intake.sources.configuration import Configuration
from otklik.intake.sources.placeholders import fill_from_environment


def postgres_target(configuration: Configuration, environment: Mapping[str, str]) -> str | None:
    """How to connect to the database that snapshots go to as well; None where there is none.

    Raises:
        ConfigurationError: a variable that the sources file names is not set.
    """
    found = configuration.postgres
    return fill_from_environment(found, "postgres", environment) if found else None
