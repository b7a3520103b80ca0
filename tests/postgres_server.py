"""A PostgreSQL of one's own on loopback, for tests and for looking around: `make postgres` starts one and leaves it.

Needs Debian's package `postgresql` (its programs lie under /usr/lib/postgresql). The server refuses root, so root
starts it as the user that the package makes.
"""

import argparse
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_USER = "postgres"


def programs() -> Path | None:
    """Folder of the newest server's programs; None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def start(data: Path, port: int) -> tuple[subprocess.Popen[bytes], str]:
    """Start a server on a folder, made if missing; the process and how to connect to it."""
    folder = programs()
    if folder is None:
        raise SystemExit("There is no PostgreSQL under /usr/lib/postgresql; install it: apt-get install postgresql")
    data.mkdir(parents=True, exist_ok=True)
    as_user: dict[str, object] = {}
    if os.geteuid() == 0:
        user = pwd.getpwnam(_USER)
        shutil.chown(data, user.pw_uid, user.pw_gid)
        for parent in data.parents:
            if not parent.stat().st_mode & 0o001:
                parent.chmod(parent.stat().st_mode | 0o011)
        as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    if not (data / "PG_VERSION").exists():
        command = [
            folder / "initdb",
            "-D",
            data,
            "-U",
            "otklik",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
        ]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/", **as_user)  # type: ignore[call-overload]
    options = ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off", "-p", str(port)]
    server = subprocess.Popen(  # type: ignore[call-overload]
        [folder / "postgres", "-D", data, *options], stderr=subprocess.DEVNULL, cwd="/", **as_user
    )
    _wait(server, port)
    return server, f"postgresql://otklik@127.0.0.1:{port}/postgres"


def _wait(server: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(300):
        if server.poll() is not None:
            raise SystemExit("PostgreSQL ended at once; is another one running on its folder?")
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("PostgreSQL did not answer within half a minute.")


@contextmanager
def running(data: Path) -> Iterator[str]:
    """How to connect to a server that runs while the block does."""
    server, connection_string = start(data, free_port())
    try:
        yield connection_string
    finally:
        server.send_signal(signal.SIGINT)  # SIGTERM would wait until every client has gone
        server.wait(timeout=60)


def main() -> None:
    """Start a server and say how to connect."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--port", type=int, default=54329)
    arguments = parser.parse_args()
    server, connection_string = start(arguments.data.absolute(), arguments.port)
    print(f"OTKLIK_POSTGRES={connection_string}\nRunning as process {server.pid}; end it: kill {server.pid}")  # noqa: T201


if __name__ == "__main__":
    main()
