"""Starts the demonstration GesCom: seeds it if it is not there, draws its pictures, serves its screen.

    python -m sandbox.gescom --data DIR --port 0

Prints one line with its address once it answers, and stops on Ctrl-C or SIGTERM.
"""

import argparse
import asyncio
import socket
import threading
from pathlib import Path

import uvicorn

from sandbox.gescom import pictures, seed, store
from sandbox.gescom.app import create_app


def main() -> None:
    parser = argparse.ArgumentParser(prog="sandbox.gescom", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the company's file and pictures")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--no-pictures", action="store_true", help="do not draw the articles' pictures")
    options = parser.parse_args()
    database = seed.seed_if_absent(options.data, today=store.now().date())
    if not options.no_pictures:
        folder = options.data / pictures.FOLDER
        threading.Thread(target=pictures.draw_all, args=(database, folder), daemon=True).start()
    asyncio.run(_serve(options.data, options.host, options.port))


async def _serve(data: Path, host: str, port: int) -> None:
    listener = socket.create_server((host, port))
    config = uvicorn.Config(create_app(data), log_level="warning", lifespan="on")
    server = uvicorn.Server(config)
    print(f"GesCom de démonstration : http://{host}:{listener.getsockname()[1]}/", flush=True)
    await server.serve(sockets=[listener])


if __name__ == "__main__":
    main()
