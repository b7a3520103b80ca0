"""Pure builders of dbt command lines, so that what dbt is asked for can be tested without dbt."""

from pathlib import Path


def parse_args(project: Path, target: Path) -> list[str]:
    """Read the project and write its manifest into the target folder."""
    return ["parse", *_common(project), "--target-path", str(target)]


CHOSEN = "chosen"
"""Tag that `dbt_project.invoke_dbt` puts on the nodes it is asked for. Of hundreds of names dbt would compare each with
each node, which takes a small run seconds."""


def build_args(project: Path, target: Path, *, is_full_refresh: bool) -> list[str]:
    """Build the chosen models and seeds, and run the chosen data tests.

    Unit tests say whether the code is right, not whether the data is: they run in the test suite, not on every run.

    Args:
        project: folder of `dbt_project.yml`.
        target: folder for this run's artefacts.
        is_full_refresh: rebuild incremental models from nothing.
    """
    args = ["build", *_common(project), "--target-path", str(target), "--select", f"tag:{CHOSEN}"]
    args += ["--indirect-selection", "empty", "--exclude-resource-type", "unit_test"]
    # The manifest is handed over in memory; writing it anew beside the results takes a second of every step.
    args += ["--no-write-json"]
    return [*args, "--full-refresh"] if is_full_refresh else args


def unit_test_args(project: Path, target: Path) -> list[str]:
    """Run the unit tests of every model. The models they read must have been built."""
    return ["test", *_common(project), "--target-path", str(target), "--select", "test_type:unit"]


def test_args(project: Path, target: Path) -> list[str]:
    """Run the chosen data tests. The tables they read must have been built."""
    common = [*_common(project), "--target-path", str(target), "--no-write-json"]
    return ["test", *common, "--select", f"tag:{CHOSEN}", "--indirect-selection", "empty"]


def _common(project: Path) -> list[str]:
    # A run logs ten thousand debug lines, every statement among them: two seconds that nobody reads.
    how = ["--quiet", "--no-use-colors", "--log-level-file", "info"]
    return ["--project-dir", str(project), "--profiles-dir", str(project), *how]
