"""The parts of the files loop put together, for `run`: none of them where no folder is allowed."""

import logging

from raccord_agent.base import Base
from raccord_agent.board import Board
from raccord_agent.files import Files
from raccord_agent.files_shelf import Shelf
from raccord_agent.files_upload import Uploader
from raccord_agent.home import Home
from raccord_agent.loops import Loop
from raccord_agent.settings import Secrets, Settings
from raccord_agent.tunnel import Tunnel

log = logging.getLogger(__name__)


def files_loop(
    home: Home,
    settings: Settings,
    secrets: Secrets,
    base: Base,
    tunnel: Tunnel,
    board: Board,
    patience: float,
) -> Loop | None:
    """The articles are read again once when the shelf is new: what they say of their files was not noted before."""
    chosen = settings.files
    if not chosen.folders:
        return None
    shelf = base.shelf = Shelf(home.files)
    if shelf.new:
        log.info("what articles say of their files is not known yet: they are read again once")
        base.streams.forget_sketches()
    parts: list[Files] = []
    loop = Loop("files", lambda: parts[0].turn(), patience=patience)
    uploader = Uploader(
        tunnel,
        ca_file=settings.ca_file,
        proxy=secrets.proxy or settings.proxy,
        bytes_per_second=chosen.kilobytes_per_second * 1_000,
        beat=loop.beat,
        stopping=lambda: loop.stopping,
    )
    files = Files(shelf, chosen, tunnel, uploader, board, beat=loop.beat, stopping=lambda: loop.stopping)
    parts.append(files)

    def noted() -> None:
        files.wake_for_articles()
        loop.wake()

    shelf.when_noted = noted
    return loop
