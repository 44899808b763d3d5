"""Object stores on loopback: the embedded folder behind the web process' own route, and a real S3-compatible server.

SeaweedFS comes from its wheel and checks signatures, times and checksums as S3 does.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sysconfig
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import uvicorn
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from litestar import Litestar, Request

from raccord.settings import Settings
from raccord.storage.objects import ObjectMissing, Objects, ObjectsAway, objects_of
from raccord.web import objects as route

BUCKET = "raccord"
ACCESS, SECRET = "AKRACCORDTESTS", "not-a-secret-of-anybody"
SECRET_KEY = "7" * 64


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class FolderStore:
    """A folder, served; `log` is its access log: (method, path) of each call."""

    objects: Objects
    settings: Settings
    log: list[tuple[str, str]] = field(default_factory=list)

    def count(self, method: str, part: str) -> int:
        return sum(1 for known, key in self.log if known == method and part in key)


@contextmanager
def folder_store(folder: Path) -> Iterator[FolderStore]:
    port = free_port()
    settings = Settings(data_dir=folder, public_url=f"http://127.0.0.1:{port}", secret_key=SECRET_KEY)
    store = FolderStore(objects_of(settings), settings)

    async def note(request: Request[Any, Any, Any]) -> None:
        store.log.append((request.method, request.url.path))

    app = Litestar(route.ROUTES, after_response=note, logging_config=None)
    app.state.objects = store.objects
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    _wait(lambda: server.started)
    try:
        yield store
    finally:
        server.should_exit = True
        thread.join(20)


@contextmanager
def s3_settings(folder: Path) -> Iterator[Settings]:
    """A SeaweedFS of our own with an empty bucket, and the settings that name it."""
    folder.mkdir(parents=True)
    rights = {"accessKey": ACCESS, "secretKey": SECRET}
    actions = ["Admin", "Read", "Write", "List", "Tagging"]
    identities = {"identities": [{"name": "raccord", "credentials": [rights], "actions": actions}]}
    (folder / "identities.json").write_text(json.dumps(identities))
    ports = {name: free_port() for name in ("s3.port", "master.port", "volume.port", "filer.port")}
    ports |= {f"{name}.grpc": free_port() for name in list(ports)}
    command = [
        str(Path(sysconfig.get_path("scripts")) / "weed"), "server", f"-dir={folder}", "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1", "-filer", "-s3", f"-s3.config={folder / 'identities.json'}", "-s3.iam=false",
        "-master.telemetry=false", "-s3.port.iceberg=0", "-s3.port.lance=0",
        # By their names in its own folder: the path of a socket has some hundred characters at most.
        "-filer.localSocket=filer.sock", "-s3.localSocket=s3.sock", "-volume.max=8", "-master.volumeSizeLimitMB=64",
        *(f"-{name}={port}" for name, port in ports.items()),
    ]  # fmt: skip
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True, cwd=folder)
    settings = Settings(
        s3_endpoint=f"http://127.0.0.1:{ports['s3.port']}",
        s3_bucket=BUCKET,
        s3_access_key=ACCESS,
        s3_secret_key=SECRET,
    )
    try:
        _wait(lambda: _ready(settings))
        yield settings
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _ready(settings: Settings) -> bool:
    client = boto3.client(
        "s3",
        endpoint_url=settings.s3_endpoint,
        aws_access_key_id=ACCESS,
        aws_secret_access_key=SECRET,
        region_name=settings.s3_region,
        config=Config(connect_timeout=1, retries={"total_max_attempts": 1}),
    )
    try:
        if not any(BUCKET == bucket["Name"] for bucket in client.list_buckets()["Buckets"]):
            client.create_bucket(Bucket=BUCKET)
        objects_of(settings).check()
    except (ClientError, BotoCoreError, ObjectsAway, ObjectMissing):
        return False
    return True


def _wait(true: Callable[[], bool], seconds: float = 90) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "the object store did not start"
        time.sleep(0.1)
