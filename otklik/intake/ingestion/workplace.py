"""Where one load is made: a folder for what is not finished, and a connection that reaches the load's file alone."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from otklik.home.engine import connect, text_literal
from otklik.home.settings import Home
from otklik.intake.ingestion.functions import add_functions
from otklik.intake.ingestion.staging import READING_LIMIT


@contextmanager
def work_folder(home: Home) -> Iterator[Path]:
    """A folder for one load's intermediate files, on the home's file system so that finished files move by rename."""
    home.work.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=home.work))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def locked_connection(path: Path, work: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection in which a mapping's SQL reads its own file and reaches nothing else."""
    with connect() as connection:
        add_functions(connection)
        connection.execute(
            f"""
            set temp_directory = {text_literal(work)};
            set memory_limit = '{READING_LIMIT}';
            set allowed_paths = [{text_literal(path)}];
            set allowed_directories = [{text_literal(work)}];
            set python_enable_replacements = false;
            set autoinstall_known_extensions = false;
            set autoload_known_extensions = false;
            set enable_external_access = false;
            set lock_configuration = true;
            """
        )
        yield connection
