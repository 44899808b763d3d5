"""Starts the demonstration's mailbox.

    python -m sandbox.mailbox --data DIR --port 0 --smtp-port 8025

Takes mails by SMTP and shows them on its page; stops on Ctrl-C or SIGTERM.
"""

import argparse
import asyncio
import socket
from pathlib import Path

import uvicorn
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from sandbox.mailbox.app import create_app
from sandbox.mailbox.letters import Letters


class Keeper:
    """aiosmtpd's handler: everything is taken, for whomever it is."""

    def __init__(self, letters: Letters) -> None:
        self._letters = letters

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        assert isinstance(envelope.content, bytes)
        return f"250 2.0.0 kept as {self._letters.keep(envelope.content)}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="sandbox.mailbox", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the mails")
    parser.add_argument("--port", type=int, default=0, help="of the page; 0 takes a free one")
    parser.add_argument("--smtp-port", type=int, required=True)
    options = parser.parse_args()
    letters = Letters(options.data)
    controller = Controller(Keeper(letters), hostname="127.0.0.1", port=options.smtp_port, ready_timeout=30)
    controller.start()
    try:
        asyncio.run(_serve(letters, options.port))
    finally:
        controller.stop()


async def _serve(letters: Letters, port: int) -> None:
    listener = socket.create_server(("127.0.0.1", port))
    server = uvicorn.Server(uvicorn.Config(create_app(letters), log_level="warning", lifespan="on"))
    print(f"Boîte aux lettres de démonstration : http://127.0.0.1:{listener.getsockname()[1]}/", flush=True)
    await server.serve(sockets=[listener])


if __name__ == "__main__":
    main()
