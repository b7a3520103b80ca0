"""The services of `deploy/` on loopback without containers: PostgreSQL, web server, daemon, monitor, proxy with login.

Command lines come from the systemd units and the proxy's configuration from `deploy/nginx.conf`; what is put in their
place is where programs and files lie, and ports, since another one may be there already.
"""

import base64
import json
import os
import re
import shlex
import signal
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests import postgres_server

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
LOGIN = ("anna", "correct horse")
_INSTALLED = "/opt/otklik/lib/python3.11/site-packages/otklik/project/workspace.yaml"


@dataclass
class Stack:
    """Services that run; `environment` is what they and a command on their home are given."""

    folder: Path
    home: Path
    environment: dict[str, str]
    ports: dict[str, int]
    started: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start_unit(self, name: str) -> None:
        """Start what a systemd unit would, as a group of processes."""
        unit = (DEPLOY / "systemd" / f"otklik-{name}.service").read_text(encoding="utf-8")
        (line,) = re.findall(r"^ExecStart=(.+)$", unit, flags=re.MULTILINE)
        line = line.replace("/opt/otklik/bin", str(Path(sys.executable).parent))
        line = line.replace(_INSTALLED, str(ROOT / "workspace.yaml"))
        self._start(
            name, shlex.split(line.replace("3000", str(self.ports["web"])).replace("3001", str(self.ports["monitor"])))
        )

    def start_proxy(self) -> None:
        """Start nginx with a certificate and a login of its own."""
        folder = self.folder / "proxy"
        folder.mkdir()
        certificate = (
            "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=otklik -addext subjectAltName=IP:127.0.0.1"
        )
        subprocess.run(
            [*certificate.split(), "-keyout", folder / "otklik.key", "-out", folder / "otklik.crt"],
            check=True,
            capture_output=True,
        )
        user, password = LOGIN
        digest = subprocess.run(["openssl", "passwd", "-apr1", password], check=True, capture_output=True, text=True)
        (folder / "otklik.htpasswd").write_text(f"{user}:{digest.stdout}", encoding="utf-8")
        ours = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
        for before, after in {
            "listen 443": f"listen 127.0.0.1:{self.ports['proxy']}",
            "127.0.0.1:3000": f"127.0.0.1:{self.ports['web']}",
            "127.0.0.1:3001": f"127.0.0.1:{self.ports['monitor']}",
            "/etc/nginx/": f"{folder}/",
        }.items():
            assert before in ours
            ours = ours.replace(before, after)
        (folder / "otklik.conf").write_text(ours, encoding="utf-8")
        temporary = "".join(
            f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        user_line = "user root;" if os.geteuid() == 0 else ""
        (folder / "nginx.conf").write_text(
            f"daemon off; {user_line} pid {folder}/pid; events {{}}\n"
            f"http {{ access_log {folder}/access.log; {temporary} include {folder}/otklik.conf; }}\n",
            encoding="utf-8",
        )
        self._start("proxy", ["nginx", "-e", f"{folder}/error.log", "-c", f"{folder}/nginx.conf"])

    def _start(self, name: str, command: list[str]) -> None:
        log = (self.folder / f"{name}.log").open("wb")
        self.started[name] = subprocess.Popen(
            command, env=self.environment, cwd=ROOT, stdout=log, stderr=log, start_new_session=True
        )

    def get(self, path: str, *, is_logged_in: bool = True, body: bytes | None = None) -> tuple[int, str]:
        """Ask the proxy over TLS; status and body, status 0 where nobody listens yet."""
        request = urllib.request.Request(f"https://127.0.0.1:{self.ports['proxy']}{path}", data=body)
        request.add_header("Content-Type", "application/json")
        if is_logged_in:
            request.add_header("Authorization", "Basic " + base64.b64encode(":".join(LOGIN).encode()).decode())
        trusted = ssl.create_default_context(cafile=self.folder / "proxy" / "otklik.crt")
        try:
            with urllib.request.urlopen(request, timeout=60, context=trusted) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except urllib.error.URLError:
            return 0, ""

    def graphql(self, query: str, **variables: Any) -> Any:
        """What the UI asks, through the proxy."""
        status, body = self.get("/graphql", body=json.dumps({"query": query, "variables": variables}).encode())
        assert status == 200, body
        answer = json.loads(body)
        assert "errors" not in answer, answer
        return answer["data"]

    def wait(self, what: Callable[[], Any], *, seconds: float) -> Any:
        """What the function returns as soon as that is true; logs are shown if it never is."""
        for _ in range(int(seconds)):
            if found := what():
                return found
            for name, process in self.started.items():
                assert process.poll() is None, f"{name} ended:\n{(self.folder / f'{name}.log').read_text()[-3000:]}"
            time.sleep(1)
        logs = {name: (self.folder / f"{name}.log").read_text()[-2000:] for name in self.started}
        raise AssertionError("\n".join(f"== {name}\n{log}" for name, log in logs.items()))

    def end(self) -> None:
        """End every service that was started, with all of its processes."""
        for process in self.started.values():
            os.killpg(process.pid, signal.SIGTERM)
        for process in self.started.values():
            try:
                process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@contextmanager
def stack(folder: Path, home: Path, sources: Path) -> Iterator[Stack]:
    """A home whose history is in a PostgreSQL that runs while the block does; services are started in it."""
    (home / "dagster").mkdir(parents=True)
    (home / "dagster" / "dagster.yaml").write_bytes((DEPLOY / "dagster.yaml").read_bytes())
    with postgres_server.running(folder / "postgres") as address:
        found = re.fullmatch(r"postgresql://(\w+)@([\d.]+):(\d+)/(\w+)", address)
        assert found is not None
        user, host, port, database = found.groups()
        given = {
            "OTKLIK_HOME": str(home),
            "OTKLIK_SOURCES": str(sources),
            "DAGSTER_HOME": str(home / "dagster"),
            "OTKLIK_DAGSTER_HOST": host,
            "OTKLIK_DAGSTER_PORT": port,
            "OTKLIK_DAGSTER_USER": user,
            "OTKLIK_DAGSTER_PASSWORD": "any: this server trusts loopback",
            "OTKLIK_DAGSTER_DATABASE": database,
        }
        ports = {name: postgres_server.free_port() for name in ("web", "monitor", "proxy")}
        one = Stack(folder, home, dict(os.environ) | given, ports)
        try:
            yield one
        finally:
            one.end()
