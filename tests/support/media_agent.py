"""An agent's files part on its own: its shelf, its folders, and a platform's side of the calls that it may talk to."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from raccord_agent.board import Board
from raccord_agent.files import Files
from raccord_agent.files_shelf import Shelf
from raccord_agent.files_upload import Uploader
from raccord_agent.settings import FileSettings
from raccord_connectors.canonical import MediaRef, Product, Record, Variant
from raccord_connectors.wire_files import (
    FilesLacking,
    FilesTold,
    FileTold,
    UploadAllowed,
    UploadAsked,
    Uploaded,
)


def product(key: str, *names: str, **more: Any) -> Product:
    """An article whose fields name these files."""
    media = [*(MediaRef(name=name) for name in names), *more.pop("media", ())]
    return Product(
        key=key, sku=more.pop("sku", key), name=more.pop("name", f"Article {key}"), media=media, **more
    )


def variant(key: str, sku: str, colour: str) -> Variant:
    return Variant(key=key, sku=sku, options={"1": colour})


@dataclass
class Platform:
    """What `Tunnel` would reach: keeps what is told, and takes uploads at an address of its own."""

    told: dict[str, list[FileTold]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    asked: list[UploadAsked] = field(default_factory=list)
    puts: list[httpx.Request] = field(default_factory=list)
    stored: dict[bytes, bytes] = field(default_factory=dict)
    refuse_puts: int = 0

    def tell_files(self, told: FilesTold) -> FilesLacking:
        self.calls.append("tell")
        self.told |= {record.key: list(record.files) for record in told.records}
        named = {file.sha256 for record in told.records for file in record.files if file.sha256 is not None}
        return FilesLacking(sorted(named - self.stored.keys()))

    def ask_upload(self, asked: UploadAsked) -> UploadAllowed:
        self.asked.append(asked)
        if asked.sha256 in self.stored:
            return UploadAllowed(done=True)
        return UploadAllowed(url=f"http://127.0.0.1:1/{asked.sha256.hex()}", headers={"X-Test": "1"})

    def tell_uploaded(self, uploaded: Uploaded) -> None:
        assert uploaded.sha256 in self.stored

    def put(self, request: httpx.Request) -> httpx.Response:
        self.puts.append(request)
        content = request.read()
        if self.refuse_puts:
            self.refuse_puts -= 1
            return httpx.Response(403)
        self.stored[hashlib.sha256(content).digest()] = content
        return httpx.Response(200)

    @property
    def bytes_taken(self) -> int:
        return sum(len(request.content) for request in self.puts)

    def problems(self, key: str) -> list[str]:
        return [file.problem.message.code for file in self.told[key] if file.problem is not None]

    def names(self, key: str, owner: str = "") -> list[str]:
        return [file.name for file in self.told[key] if file.owner == owner and file.problem is None]


class Clerk:
    """The files loop, turned by hand. `clock` in seconds since 1970."""

    def __init__(self, home: Path, folder: Path, platform: Any, **settings: Any) -> None:
        self.folder = folder
        self.board = Board()
        self.shelf = Shelf(home / "files.sqlite")
        self.clock = 2_000_000_000.0
        self.settings = FileSettings(folders=[str(folder)], **settings)
        self.waited: list[float] = []
        transport = httpx.MockTransport(platform.put) if isinstance(platform, Platform) else None
        self.uploader = Uploader(
            platform, ca_file="", proxy="",
            bytes_per_second=self.settings.kilobytes_per_second * 1_000, beat=lambda: None,
            stopping=lambda: False, sleep=self.waited.append, transport=transport,
        )  # fmt: skip
        self.files = Files(
            self.shelf, self.settings, platform, self.uploader, self.board, beat=lambda: None,
            stopping=lambda: False, now=lambda: self.clock,
        )  # fmt: skip

    def note(self, *products: Record) -> None:
        """The scanner read them."""
        for one in products:
            self.shelf.note(one)
        self.shelf.keep()

    def turn(self) -> float:
        """One look and all uploads."""
        self.clock += self.settings.every + 1
        pause = self.files.turn()
        while self.shelf.waiting()[0] and pause == 0:
            pause = self.files.turn()
        return pause


def write(folder: Path, files: dict[str, bytes] | Iterable[str]) -> None:
    for name, content in files.items() if isinstance(files, dict) else ((n, n.encode()) for n in files):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
