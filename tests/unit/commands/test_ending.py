"""What a person reads at the end of a command, and the exit code that a shell does."""

import signal
import subprocess
import sys

COUNTING = """
import os, signal, threading
import duckdb
from otklik import cli

def count():
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
    try:
        duckdb.sql("select count(*) from range(100000000000000)").fetchall()
    except KeyboardInterrupt:
        count()  # it came before the query did

cli.app = count
cli.main()
"""


def test_ctrl_c_while_duckdb_works_ends_with_130_and_no_traceback():
    heard = subprocess.run(
        [sys.executable, "-c", COUNTING],
        capture_output=True,
        timeout=60,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )

    assert (heard.returncode, heard.stderr) == (130, b"")
