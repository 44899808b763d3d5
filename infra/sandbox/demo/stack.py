"""The product's own processes on this machine: web, worker with the clock, agents. Used by the demonstration, by the tests
against real counterparts, by the benchmarks and by chaos: what they all run is what a merchant would run."""

import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from raccord.settings import Settings
from sandbox.demo.children import Child, Children, NotStarted, answers

BIN = Path(sys.executable).parent


class Stack:
    """`settings` name a database and a broker that run already (`raccord.embedded`)."""

    def __init__(self, settings: Settings, folder: Path, web_port: int) -> None:
        self.folder = folder
        self.web_port = web_port
        self.url = f"http://127.0.0.1:{web_port}"
        self.settings = msgspec.structs.replace(settings, public_url=self.url, allow_private_addresses=True)
        self.children = Children(folder / "logs")

    def start_web(self) -> Child:
        child = Child(
            "web",
            [str(BIN / "raccord"), "web", "--port", str(self.web_port)],
            self.environment(),
            self._healthy,
        )
        self.children.start(child)
        return child

    def start_worker(self, name: str = "worker", *, beat: bool = True, concurrency: int = 8) -> Child:
        """All queues in one process; with the clock unless another worker has it."""
        ready = self.folder / f"{name}.ready"
        ready.unlink(missing_ok=True)
        command = [
            str(BIN / "raccord"),
            "worker",
            "--queues",
            "urgent,ordinary,media",
            "--concurrency",
            str(concurrency),
        ]
        command += ["--ready-file", str(ready), *(["--beat"] if beat else [])]
        child = Child(name, command, self.environment(), ready.exists)
        self.children.start(child)
        return child

    def enrol_agent(
        self,
        home: Path,
        code: str,
        connector: str,
        settings: Mapping[str, str],
        secrets: Mapping[str, str],
        folders: Sequence[Path] = (),
    ) -> None:
        """As a person would at the merchant's: the command line, secrets on standard input."""
        command = [
            str(BIN / "raccord-agent"),
            "enrol",
            "--home",
            str(home),
            "--platform",
            self.url,
            "--code",
            code,
        ]
        command += ["--connector", connector]
        for name, value in settings.items():
            command += ["--setting", f"{name}={value}"]
        for folder in folders:
            command += ["--folder", str(folder)]
        for name in secrets:
            command += ["--secret", name]
        done = subprocess.run(
            command, input="\n".join(secrets.values()), capture_output=True, text=True, timeout=60
        )
        if done.returncode:
            raise NotStarted(f"the agent was not enrolled: {done.stderr or done.stdout}")

    def start_agent(self, home: Path, name: str = "agent") -> Child:
        status = home / "status.json"
        status.unlink(missing_ok=True)
        # The sandbox's bridge is a program of this repository, started by the agent.
        environment = {"PYTHONPATH": str(Path(__file__).parents[2])}
        command = [str(BIN / "raccord-agent"), "run", "--home", str(home)]
        child = Child(name, command, environment, status.exists)
        self.children.start(child)
        return child

    def stop(self) -> None:
        self.children.stop()

    def environment(self) -> dict[str, str]:
        """The settings as a process reads them."""
        plain = msgspec.to_builtins(self.settings, enc_hook=str)
        return {f"RACCORD_{name.upper()}": _text(value) for name, value in plain.items() if value is not None}

    def _healthy(self) -> bool:
        if not answers(self.web_port):
            return False
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
