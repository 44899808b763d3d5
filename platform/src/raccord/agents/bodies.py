"""Messages as HTTP bodies: MessagePack, zstd from a kilobyte on, bounded before and after decompression."""

import asyncio
import io
from typing import Any, TypeVar

import msgspec
import zstandard
from litestar import Request, Response

from raccord.agents import errors
from raccord.agents.errors import AgentRefused
from raccord.sync.records import place_of
from raccord_connectors import wire

MEDIA_TYPE = "application/msgpack"
COMPRESS_FROM = 1024
ASIDE_FROM = 64 * 1024
"""Bytes from which a body is decoded in a thread: the process has thousands of other calls open."""
AT_ONCE = 4
"""Large bodies decoded at the same time by one process, so that its memory stays bounded."""

M = TypeVar("M")


async def received(request: Request[Any, Any, Any], message: type[M], decoding: asyncio.Semaphore) -> M:
    """Raises `AgentRefused`: 413 too large, 415 unknown compression, 400 with the field that is wrong."""
    body = await request.body()
    encoding = request.headers.get("content-encoding", "").strip().lower()
    if len(body) < ASIDE_FROM and encoding in ("", "identity"):
        return unpacked(body, encoding, message)
    async with decoding:
        return await asyncio.to_thread(unpacked, body, encoding, message)


def unpacked(body: bytes, encoding: str, message: type[M]) -> M:
    if encoding == "zstd":
        body = _decompressed(body)
    elif encoding not in ("", "identity"):
        raise AgentRefused(415, errors.ENCODING.fill(encoding=encoding[:40]))
    try:
        return wire.unpack(body, message)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        field, reason = place_of(error)
        raise AgentRefused(400, errors.MALFORMED.fill(field=field or "?", reason=reason)) from error


def _decompressed(body: bytes) -> bytes:
    """Never more than a byte beyond what a message may hold, whatever the frame announces."""
    decompressor = zstandard.ZstdDecompressor(max_window_size=wire.MAX_BODY)
    try:
        with decompressor.stream_reader(io.BytesIO(body), read_across_frames=True) as reader:
            content = reader.read(wire.MAX_BODY + 1)
    except zstandard.ZstdError as error:
        if "too much memory" in str(error):
            raise too_large() from error
        raise AgentRefused(400, errors.MALFORMED.fill(field="?", reason="zstd")) from error
    if len(content) > wire.MAX_BODY:
        raise too_large()
    return content


def too_large() -> AgentRefused:
    return AgentRefused(413, errors.TOO_LARGE.fill(most=wire.MAX_BODY // 1_000_000))


def answer(
    request: Request[Any, Any, Any],
    message: msgspec.Struct,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Response[bytes]:
    content = wire.pack(message)
    headers = dict(headers or {})
    if len(content) > COMPRESS_FROM and "zstd" in request.headers.get("accept-encoding", ""):
        content = zstandard.ZstdCompressor().compress(content)
        headers["Content-Encoding"] = "zstd"
    return Response(content, status_code=status, media_type=MEDIA_TYPE, headers=headers)
