"""What Dagster and the gates add to a run: `otklik run` against the same functions run bare, side by side."""

import json
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lab.demo import generate

ROOT = Path(__file__).parents[2]
END = datetime(2026, 9, 29, 21, tzinfo=UTC)


@pytest.mark.benchmark
@pytest.mark.parametrize(("posts", "messages", "days"), [(2_000, 2_000, 30), (5_000, 8_000, 90)])
def test_a_run_costs_little_more_than_its_functions(tmp_path, capsys, posts, messages, days):
    generate(tmp_path / "demo", posts=posts, messages=messages, days=days, seed=1, end=END)
    sources = str(tmp_path / "demo" / "sources.yaml")
    bare = [sys.executable, str(Path(__file__).with_name("bare_run.py"))]
    otklik = str(Path(sys.executable).with_name("otklik"))
    commands = {
        "warm-up": [*bare, str(tmp_path / "warm"), sources],
        "bare": [*bare, str(tmp_path / "bare"), sources],
        "bare with gates": [*bare, str(tmp_path / "gates"), sources, "gates"],
        "otklik run": [otklik, "run", "--json", "--home", str(tmp_path / "home"), "--sources", sources],
        "nothing new": [otklik, "run", "--json", "--home", str(tmp_path / "home"), "--sources", sources],
    }
    seconds, output = {}, {}
    for name, command in commands.items():
        began = time.perf_counter()
        result = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
        seconds[name], output[name] = time.perf_counter() - began, json.loads(result.stdout)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    with capsys.disabled():
        print(f"\n{posts} posts, {messages} messages, {days} days; highest memory of a process {peak} MB")
        for name, value in seconds.items():
            print(f"  {name:16} {value:6.1f} s   {value / seconds['bare']:.2f} x bare")
        print("  bare by stage:", output["bare with gates"])
        for stage in output["otklik run"]["stages"]:
            if stage["seconds"] > 0.5:
                print(f"  {stage['name']:45} {stage['seconds']:6.1f} s  peak {stage['peak_mb']} MB")
    assert output["nothing new"]["status"] == "unchanged"
    assert seconds["nothing new"] < seconds["otklik run"] / 5
