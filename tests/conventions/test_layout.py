"""The layout stays true: who may import what, what importing costs, how long files grow."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("orchestration", "nlp", "graph", "data_quality")

WIRING = {
    "orchestration/definitions.py",
    "orchestration/resources.py",
    "orchestration/jobs.py",
    "orchestration/schedules.py",
    "orchestration/sensors.py",
    "orchestration/dbt_bridge.py",
    "orchestration/runner.py",
    "orchestration/assets/annotations.py",
    "orchestration/assets/harvest.py",
    "orchestration/assets/influence.py",
    "orchestration/assets/ingest.py",
    "orchestration/assets/leaks.py",
    "orchestration/assets/publication.py",
    "orchestration/assets/retention.py",
    "orchestration/assets/statistics.py",
    "orchestration/assets/training.py",
    "data_quality/asset_checks.py",
}


def _modules() -> list[Path]:
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def _imported(path: Path) -> set[str]:
    """Top-level names of every module a file imports, at any depth of its code."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return {name.split(".")[0] for name in names}


def _importers_of(*names: str) -> set[str]:
    return {path.relative_to(ROOT).as_posix() for path in _modules() if _imported(path) & set(names)}


def test_only_wiring_files_import_dagster():
    assert _importers_of("dagster") == WIRING


def test_only_the_bridge_imports_dagster_dbt():
    assert _importers_of("dagster_dbt") == {"orchestration/dbt_bridge.py"}


@pytest.mark.parametrize(
    ("library", "forbidden"),
    [
        ("nlp", {"graph", "orchestration", "data_quality", "duckdb", "dagster"}),
        ("graph", {"nlp", "orchestration", "data_quality", "duckdb", "dagster"}),
    ],
)
def test_libraries_know_neither_each_other_nor_the_platform(library, forbidden):
    offenders = {
        path.name: _imported(path) & forbidden for path in (ROOT / library).rglob("*.py") if _imported(path) & forbidden
    }
    assert offenders == {}


def test_the_linter_allows_dagster_exactly_where_this_test_does():
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    allowed = {line.split('"')[1] for line in lines if "TID251" in line and not line.startswith('"tests')}
    expanded = {path for path in WIRING if path in allowed or (path.startswith("orchestration/assets/"))}
    assert expanded == WIRING
    assert allowed - WIRING == {"orchestration/assets/*.py"}


def test_no_module_is_a_drawer_or_shadows_a_dependency():
    stems = {path.stem for path in _modules()}
    assert not stems & {"utils", "util", "helpers", "helper", "common", "misc", "tools"}
    assert not {path.stem for path in (ROOT / "orchestration").glob("*.py")} & {"dbt", "graph", "nlp", "dagster"}


def test_every_module_opens_with_its_charter():
    without = [
        path.relative_to(ROOT).as_posix()
        for path in _modules()
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert without == []


def test_files_have_one_subject_and_stay_short():
    long = {p.relative_to(ROOT).as_posix(): n for p in _modules() if (n := len(p.read_text().splitlines())) > 330}
    assert long == {}


def test_the_main_path_is_one_page():
    assert len((ROOT / "orchestration/definitions.py").read_text().splitlines()) <= 90


_PROBE = """
import builtins, importlib, io, os, pathlib, sys
root = sys.argv[1]
names = sys.argv[2:]
# theirs first: what they open is not our doing
import duckdb, pandas, pyarrow, pydantic, rich, typer, numpy, scipy.sparse, networkx, spacy, pymorphy3
if any(name.startswith(("orchestration.", "data_quality.")) for name in names):
    import dagster, dagster_dbt
opened, read = [], []
def watch(event, args):
    if event == "open" and isinstance(args[0], str) and args[0].startswith(root):
        if not args[0].endswith((".py", ".pyc")) and "__pycache__" not in args[0] and ".venv" not in args[0]:
            opened.append(args[0])
sys.addaudithook(watch)
class Environment(type(os.environ)):
    pass
original = os.environ.__class__.__getitem__
def spy(self, key):
    if isinstance(key, str) and key.startswith("OTKLIK"):
        read.append(key)
    return original(self, key)
os.environ.__class__.__getitem__ = spy
for name in names:
    importlib.import_module(name)
assert not opened, opened
assert not read, read
assert "great_expectations" not in sys.modules
"""


def test_importing_any_module_opens_no_file_and_reads_no_environment():
    names = [
        path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__")
        for path in _modules()
    ]
    result = subprocess.run(
        [sys.executable, "-c", _PROBE, str(ROOT), *names], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert result.returncode == 0, result.stderr[-2000:]


def test_help_and_planning_import_nothing_heavy():
    code = (
        "import sys, orchestration.cli, orchestration.commands.run\n"
        "heavy = {'dagster', 'dbt', 'spacy', 'great_expectations', 'pandas', 'networkit'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert result.returncode == 0, result.stderr[-2000:]
