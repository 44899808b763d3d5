"""The processes of the demonstration: started, watched, restarted when they die, stopped in order.

Children run in sessions of their own, so that Ctrl-C reaches only us and we stop them one after the other. Should we be
killed, their ids remain in a file, and the next start ends what is left of them first.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

PATIENCE = 15.0
"""Seconds that a child has to stop by itself."""


class NotStarted(Exception):
    """A child ended, or did not answer in time; the message names its log file."""


@dataclass
class Child:
    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    ready: Callable[[], bool]
    process: subprocess.Popen[bytes] | None = None
    restarts: int = 0


@dataclass
class Children:
    folder: Path
    running: list[Child] = field(default_factory=list)

    def end_leftovers(self) -> int:
        """Ends the children of an earlier start that was killed. An id that now belongs to somebody else is left alone:
        the time of its start differs."""
        ended = 0
        for pid, started in self._recorded():
            try:
                process = psutil.Process(pid)
                if abs(process.create_time() - started) < 1:
                    process.terminate()
                    _wait_or_kill(process)
                    _end_group(pid)
                    ended += 1
            except psutil.NoSuchProcess:
                continue
        self._pids.unlink(missing_ok=True)
        return ended

    def start(self, child: Child, seconds: float = 60.0) -> None:
        self._launch(child)
        self.running.append(child)
        self._record()
        deadline = time.monotonic() + seconds
        while not child.ready():
            if child.process is not None and child.process.poll() is not None:
                raise NotStarted(f"{child.name} ended at once; see {self.log_of(child)}")
            if time.monotonic() > deadline:
                raise NotStarted(
                    f"{child.name} did not answer within {seconds:.0f} s; see {self.log_of(child)}"
                )
            time.sleep(0.1)

    def restart_dead(self) -> list[str]:
        """Names of the children that had died and run again."""
        restarted = []
        for child in self.running:
            if child.process is not None and child.process.poll() is not None:
                _end_group(child.process.pid)
                child.restarts += 1
                self._launch(child)
                restarted.append(child.name)
        if restarted:
            self._record()
        return restarted

    def end(self, child: Child) -> None:
        """This one only; it is not restarted."""
        if child.process is not None and child.process.poll() is None:
            child.process.send_signal(signal.SIGTERM)
            try:
                child.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()
            _end_group(child.process.pid)
        self.running.remove(child)
        self._record()

    def stop(self) -> None:
        """The last started first."""
        for child in reversed(list(self.running)):
            self.end(child)
        self._pids.unlink(missing_ok=True)

    def log_of(self, child: Child) -> Path:
        return self.folder / f"{child.name}.log"

    @property
    def _pids(self) -> Path:
        return self.folder / "children.json"

    def _launch(self, child: Child) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.log_of(child).open("ab") as log:
            child.process = subprocess.Popen(
                child.command,
                env={**os.environ, **child.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _record(self) -> None:
        living = []
        for child in self.running:
            if child.process is not None:
                with contextlib.suppress(psutil.NoSuchProcess):
                    living.append((child.process.pid, psutil.Process(child.process.pid).create_time()))
        self._pids.write_text(json.dumps(living))

    def _recorded(self) -> list[tuple[int, float]]:
        try:
            return [(int(pid), float(started)) for pid, started in json.loads(self._pids.read_text())]
        except FileNotFoundError:
            return []


def _end_group(leader: int) -> None:
    """What a dead child left behind: a web server's own workers keep its port. Each child leads a group of its own."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.3)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _wait_or_kill(process: psutil.Process) -> None:
    try:
        process.wait(PATIENCE)
    except psutil.TimeoutExpired:
        process.kill()
        process.wait(5)
