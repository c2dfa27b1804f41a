"""A small systemd for the units of ``deploy/systemd``: it starts what they say, and ``systemctl`` asks it.

Only what they use: sockets that outlive their service, ExecStart and ExecStartPost, a soft end and the
time it may take. The paths of the units stand for folders of the test.
"""

from __future__ import annotations

import json
import shlex
import signal
import socket
import subprocess
import sys
import threading
from collections import defaultdict
from fnmatch import fnmatch
from pathlib import Path

from tests.services.databases import ROOT

UNITS = ROOT / "deploy" / "systemd"
# A unit's words → where they lead here. ``current`` is a link, as on the real machine.
HOME, RUN = "/opt/lien-tinh", "/run/lien-tinh"
SYSTEMCTL = """#!{python}
import json, socket, sys
with socket.socket(socket.AF_UNIX) as line:
    line.connect({control!r})
    line.sendall(json.dumps(sys.argv[1:]).encode() + b"\\n")
    code, said = json.loads(b"".join(iter(lambda: line.recv(4096), b"")))
sys.stdout.write(said)
sys.exit(code)
"""


def read_unit(path: Path) -> dict[str, list[str]]:
    """Name → its values, in order; sections matter to none of ours."""
    found: dict[str, list[str]] = defaultdict(list)
    for line in path.read_text().splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found[name].append(value)
    return dict(found)


class Units:
    """What runs, by the name of its unit (``lien-tinh-web@1.service``)."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder, self.environment = folder, environment
        self.home, self.run = folder / "home", folder / "run"
        for made in (self.home, self.run, folder / "bin", folder / "logs"):
            made.mkdir()
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.doors: dict[str, socket.socket] = {}
        self.restarted: list[str] = []
        self._control = socket.socket(socket.AF_UNIX)
        self._control.bind(str(folder / "control"))
        self._control.listen()
        shim = folder / "bin" / "systemctl"
        shim.write_text(SYSTEMCTL.format(python=sys.executable, control=str(folder / "control")))
        shim.chmod(0o755)
        threading.Thread(target=self._listen, daemon=True).start()

    def door(self, instance: str) -> Path:
        """The path of a web process's socket."""
        return self.run / f"web-{instance}.sock"

    def start(self, unit: str) -> int:
        """Start a unit and wait for its ExecStartPost; returns 0, or what systemctl would."""
        said, instance = self._read(unit)
        words = ["bash", "-c", 'exec "$@"', "unit"]
        passed: tuple[int, ...] = ()
        if self._socket_of(unit).exists():
            fd = self._open_door(unit, instance).fileno()
            words, passed = ["bash", "-c", f'exec 3<&{fd}; exec "$@"', "unit"], (fd,)
        [command] = said["ExecStart"]
        with (self.folder / "logs" / f"{unit}.log").open("ab") as log:
            self.running[unit] = process = subprocess.Popen(
                [*words, *self._words(command, instance)],
                cwd=self._place(said["WorkingDirectory"][0], instance),
                env=self.environment,
                stdout=log,
                stderr=log,
                pass_fds=passed,
                start_new_session=True,
            )
            for after in said.get("ExecStartPost", ()):
                asked = subprocess.Popen(
                    self._words(after, instance),
                    cwd=self._place(said["WorkingDirectory"][0], instance),
                    env=self.environment,
                    stderr=log,
                )
                while asked.poll() is None:
                    if process.poll() is not None:
                        asked.kill()
                    try:
                        asked.wait(0.1)
                    except subprocess.TimeoutExpired:
                        continue
                if asked.returncode:
                    self.stop(unit)
                    return 1
        return 0

    def stop(self, unit: str) -> int:
        """End a unit softly, within its time; returns its exit code."""
        process = self.running.pop(unit)
        said, _instance = self._read(unit)
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            return process.wait(float(said.get("TimeoutStopSec", ["90"])[0]))
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()

    def restart(self, unit: str) -> int:
        """As ``systemctl restart``."""
        self.restarted.append(unit)
        if unit in self.running:
            self.stop(unit)
        return self.start(unit)

    def end(self) -> None:
        """Everything ends, at once."""
        for process in self.running.values():
            process.send_signal(signal.SIGTERM)
        for unit in list(self.running):
            self.stop(unit)
        for door in (*self.doors.values(), self._control):
            door.close()

    def log(self, unit: str) -> str:
        """What it wrote."""
        return (self.folder / "logs" / f"{unit}.log").read_text()

    def _listen(self) -> None:
        while True:
            try:
                line, _address = self._control.accept()
            except OSError:
                return
            with line, line.makefile("rwb") as words:
                answer = self._systemctl(json.loads(words.readline()))
                words.write(json.dumps(answer).encode())

    def _systemctl(self, words: list[str]) -> tuple[int, str]:
        *_options, name = words
        if words[0] == "restart":
            return self.restart(name), ""
        assert words[0] == "list-units", words
        found = sorted(unit for unit in self.running if fnmatch(unit, name))
        return 0, "".join(f"{unit} loaded active running x\n" for unit in found)

    def _read(self, unit: str) -> tuple[dict[str, list[str]], str]:
        stem, _, rest = unit.partition("@")
        instance = rest.removesuffix(".service")
        return read_unit(UNITS / (f"{stem}@.service" if rest else unit)), instance

    def _socket_of(self, unit: str) -> Path:
        return UNITS / f"{unit.partition('@')[0]}@.socket"

    def _open_door(self, unit: str, instance: str) -> socket.socket:
        if unit not in self.doors:
            said = read_unit(self._socket_of(unit))
            self.doors[unit] = door = socket.socket(socket.AF_UNIX)
            door.bind(self._place(said["ListenStream"][0], instance))
            door.listen(int(said["Backlog"][0]))
        return self.doors[unit]

    def _words(self, command: str, instance: str) -> list[str]:
        return [self._place(word, instance) for word in shlex.split(command)]

    def _place(self, word: str, instance: str) -> str:
        for there, here in ((HOME, self.home), (RUN, self.run)):
            word = word.replace(there, str(here))
        return word.replace("%i", instance).replace("%H", "here")
