"""The process that opens pictures: `python -m raccord.media.renderer`. It has no network, no database and no more memory than
it was given; when a picture ends it, the worker that asked goes on.

Over standard input and output, each block with its length before it: a `Task` and the content in, an `Answer` and its pictures
out.
"""

import os
import struct
import sys
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import Struct

from raccord.core.pictures import Recipe
from raccord.media.errors import TOO_HEAVY
from raccord.media.rendering import Refused, render
from raccord_connectors.contract import Message

LENGTH = struct.Struct(">I")


class Task(Struct, frozen=True):
    recipes: list[Recipe]


class Picture(Struct, frozen=True):
    format: str
    width: int
    height: int


class Answer(Struct, frozen=True, omit_defaults=True):
    pictures: list[Picture] = []
    refused: Message | None = None


def write_block(stream: BinaryIO, block: bytes) -> None:
    stream.write(LENGTH.pack(len(block)))
    stream.write(block)


def read_block(stream: BinaryIO) -> bytes:
    """Raises `EOFError` when the other side has ended."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        raise EOFError
    (size,) = LENGTH.unpack(head)
    block = stream.read(size)
    if len(block) < size:
        raise EOFError
    return block


def limit_memory(megabytes: int) -> None:
    """Of this process, as far as the system can: beyond it Python raises `MemoryError`."""
    try:
        import resource
    except ImportError:  # not POSIX: the platform runs on Linux, a developer's machine may not
        return
    most = megabytes * 1_000_000
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def volunteer() -> None:
    """Where memory is short, the system ends this process before the worker that it serves."""
    try:
        Path("/proc/self/oom_score_adj").write_text("500")
    except OSError:  # not Linux, or not allowed: then the system chooses by size alone
        return


def serve(source: BinaryIO, target: BinaryIO) -> None:
    while True:
        try:
            task = msgspec.json.decode(read_block(source), type=Task)
            content = read_block(source)
        except EOFError:
            return
        try:
            made = render(content, task.recipes)
            answer = Answer([Picture(one.format, one.width, one.height) for one in made])
        except Refused as refused:
            made, answer = [], Answer(refused=refused.message)
        except MemoryError:
            made, answer = [], Answer(refused=TOO_HEAVY.fill())
        write_block(target, msgspec.json.encode(answer))
        for one in made:
            write_block(target, one.content)
        target.flush()


def main() -> None:
    limit_memory(int(sys.argv[1]))
    volunteer()
    os.nice(5)
    # Nothing that a library prints may come between the blocks.
    target = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    serve(sys.stdin.buffer, target)


if __name__ == "__main__":
    main()
