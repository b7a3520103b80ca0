"""The layout stays true: who may import what, what importing costs, how long files grow."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("orchestration", "otklik", "incidents", "nlp", "graph", "data_quality", "lab")

# Who may import whom, package by package; within otklik, part by part, from the ground up. Nothing else may.
LIBRARIES = {"incidents", "nlp", "graph"}
ARROWS = {
    "incidents": set(),
    "nlp": set(),
    "graph": set(),
    "otklik.home": set(),
    "otklik.intake": {"otklik.home", "nlp"},
    "otklik.upgrade": {"otklik.home", "otklik.intake"},
    "otklik.gate_parameters": {
        *("otklik.home", "otklik.intake", "otklik.run_context", "otklik.publishing", "otklik.stages"),
        *("otklik.warehouse", "nlp"),
    },
    "otklik.run_context": {"otklik.home", "otklik.intake"},
    "otklik.warehouse": {"otklik.home"},
    "otklik.stages": {"otklik.home", "otklik.intake", "otklik.run_context", *LIBRARIES},
    "otklik.report": {"otklik.home", "incidents"},
    "otklik.publishing": {"otklik.home", "otklik.run_context", "otklik.report"},
    "otklik.alerting": {"otklik.home", "otklik.intake", "otklik.publishing", "otklik.report"},
    "otklik.privacy": {
        "otklik.home",
        "otklik.intake",
        "otklik.upgrade",
        "otklik.stages",
        "otklik.publishing",
        "otklik.report",
    },
    "otklik.mending": {"otklik.home", "otklik.intake", "otklik.stages"},
    "otklik.monitoring": {"otklik.home", "otklik.publishing"},
    "otklik.orchestrator": {"otklik.home"},
    "otklik.commands": {"otklik", "lab", *LIBRARIES},
    "otklik.cli": {"otklik"},
    "data_quality": {"otklik.home", "otklik.intake"},
    "orchestration": {"otklik", "data_quality", *LIBRARIES},
    "lab": {"otklik", "data_quality", *LIBRARIES},
}
READ_LAB = {"otklik/commands/demo.py", "otklik/commands/evaluate.py"}
INTAKE_OF_GATES = {"otklik.intake.entities", "otklik.intake.entity"}


def _modules() -> list[Path]:
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def _imported(path: Path) -> set[str]:
    """Dotted names of every module a file imports, at any depth of its code."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def _part(name: str) -> str:
    """The part of the house that a dotted name belongs to: a package, or a part of otklik."""
    package, _, rest = name.partition(".")
    return f"otklik.{rest.partition('.')[0]}" if package == "otklik" and rest else package


def _of(path: Path) -> str:
    return _part(path.relative_to(ROOT).with_suffix("").as_posix().replace("/", "."))


def _is_allowed(part: str, other: str) -> bool:
    return other == part or other in ARROWS[part] or other.partition(".")[0] in ARROWS[part]


def _importers_of(*packages: str) -> set[str]:
    found = {path for path in _modules() for name in _imported(path) if name.partition(".")[0] in packages}
    return {path.relative_to(ROOT).as_posix() for path in found}


def test_arrows_go_one_way():
    wrong = sorted(
        f"{path.relative_to(ROOT)} imports {name}: {_of(path)} may read {sorted(ARROWS[_of(path)])}"
        for path in _modules()
        if _of(path) != "otklik"
        for name in _imported(path)
        if name.partition(".")[0] in PACKAGES and not _is_allowed(_of(path), _part(name))
    )
    assert not wrong, "Pass in what you need, or move it down to where both may read it:\n" + "\n".join(wrong)


def test_dagster_lives_in_orchestration_alone():
    outside = {path for path in _importers_of("dagster") if not path.startswith("orchestration/")}
    assert outside == set(), "put the work in a plain function of otklik/ and call it from an asset"


def test_orchestration_is_read_in_one_sitting():
    n_lines = sum(len(path.read_text().splitlines()) for path in (ROOT / "orchestration").rglob("*.py"))
    assert n_lines < 2_000, "an asset reads its input, calls one function and reports; the function belongs to otklik/"


def test_only_the_bridge_imports_dagster_dbt():
    assert _importers_of("dagster_dbt") == {"orchestration/dbt_bridge.py"}


def test_only_two_commands_of_a_deployment_load_the_lab():
    outside = {path for path in _importers_of("lab") if not path.startswith("lab/")}
    assert outside == READ_LAB


def test_gates_read_contracts_and_the_home_of_the_platform_and_no_more():
    names = {name for path in (ROOT / "data_quality").rglob("*.py") for name in _imported(path)}
    intake = {name for name in names if name.startswith("otklik.intake")}
    assert {name.rpartition(".")[0] for name in intake} <= INTAKE_OF_GATES


@pytest.mark.parametrize("library", sorted(LIBRARIES))
def test_libraries_take_frames_and_know_no_database(library):
    offenders = {p.name for p in (ROOT / library).rglob("*.py") for name in _imported(p) if name.startswith("duckdb")}
    assert offenders == set()


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
        "import sys, otklik.cli, otklik.commands.run\n"
        "heavy = {'dagster', 'dbt', 'spacy', 'great_expectations', 'pandas', 'networkit'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert result.returncode == 0, result.stderr[-2000:]
