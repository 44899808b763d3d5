"""`make demo`, as the README says it: one command starts everything, Ctrl-C ends everything, the data stay."""

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import httpx
import psutil
import pytest

from raccord.embedded import stop_postgres, stop_valkey

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Of all starts of this file, one after the other."""
    folder = tmp_path_factory.mktemp("demo")
    for parent in (
        folder,
        *folder.parents[:3],
    ):  # as root, PostgreSQL runs as a user of its own, who must pass
        parent.chmod(0o755)
    yield folder
    for demo in Demo.started:  # by a test that failed
        if demo.poll() is None:
            demo.send_signal(signal.SIGINT)
            demo.communicate(timeout=90)
    stop_valkey(folder / "services" / "valkey")
    stop_postgres(folder / "services" / "postgres")


class Demo:
    """One start; `said` is what it has printed until it was ready."""

    started: ClassVar[list["subprocess.Popen[str]"]] = []

    def __init__(self, data: Path) -> None:
        paths = [str(ROOT / "infra"), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "sandbox", "--data", str(data)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.started.append(self.process)
        self.said = ""

    def wait_ready(self) -> str:
        """The one address that it prints. The output ends, and with it the waiting, when the process does."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said += line
            if "➜" in line:
                return line.rpartition("➜")[2].strip()
        raise AssertionError(f"it ended before it was ready:\n{self.said}")

    def interrupt(self) -> int:
        """Ctrl-C; the exit code."""
        self.process.send_signal(signal.SIGINT)
        self.said += self.process.communicate(timeout=90)[0]
        return self.process.returncode


def children(data: Path) -> list[int]:
    try:
        return [pid for pid, _ in json.loads((data / "logs" / "children.json").read_text())]
    except FileNotFoundError:
        return []


def servers(data: Path) -> list[psutil.Process]:
    """PostgreSQL and Valkey of this start: everything else that works in its folder."""
    return [
        one for one in psutil.process_iter(["cmdline"]) if str(data) in " ".join(one.info["cmdline"] or ())
    ]


def articles(data: Path) -> int:
    with contextlib.closing(sqlite3.connect(data / "shop" / "shop.db")) as connection:
        (count,) = connection.execute("SELECT count(*) FROM products WHERE status = 'publish'").fetchone()
    return int(count)


def pictures(data: Path) -> int:
    """Articles of the shop that show a picture."""
    with contextlib.closing(sqlite3.connect(data / "shop" / "shop.db")) as connection:
        rows = connection.execute("SELECT data FROM products WHERE status = 'publish'").fetchall()
    return sum(1 for (data_,) in rows if json.loads(data_).get("images"))


def test_one_command_starts_everything_and_ctrl_c_ends_everything(data: Path) -> None:
    demo = Demo(data)
    address = demo.wait_ready()
    answer = httpx.get(f"{address}/sign-in", trust_env=False)
    assert (200, True) == (answer.status_code, "Raccord" in answer.text)
    assert articles(data) > 300
    until = time.monotonic() + 240
    while pictures(data) < 30 and time.monotonic() < until:  # they follow while one looks around
        time.sleep(1)
    assert pictures(data) >= 30
    started = children(data)
    assert ["agent", "gescom", "mailbox", "shop", "web", "worker"] == sorted(
        path.stem for path in (data / "logs").glob("*.log")
    )
    assert len(started) == 6
    assert 0 == demo.interrupt()
    assert [] == [pid for pid in started if psutil.pid_exists(pid)]
    assert [] == servers(data), "PostgreSQL and Valkey as well"


def test_a_second_start_keeps_the_data_and_one_after_a_kill_ends_what_was_left(data: Path) -> None:
    before, kept = articles(data), (data / "demo.json").read_bytes()
    second = Demo(data)
    second.wait_ready()
    assert (before, kept) == (articles(data), (data / "demo.json").read_bytes())
    left = children(data)
    second.process.kill()
    second.process.communicate()
    assert len(left) == len([pid for pid in left if psutil.pid_exists(pid)]) == 6

    third = Demo(data)
    address = third.wait_ready()
    assert "6" in next(line for line in third.said.splitlines() if "ended" in line)
    assert 200 == httpx.get(f"{address}/health", trust_env=False).status_code
    assert [] == [pid for pid in left if psutil.pid_exists(pid)]
    assert (before, 0) == (articles(data), third.interrupt())
    assert [] == servers(data)
