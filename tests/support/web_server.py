"""The application for the browser tests, in a process of its own: `python -m support.web_server PORT`.

Settings come from the environment, as in production; wake-ups are only noted, because no worker runs beside it.
"""

import sys

import uvicorn

from raccord.settings import from_environment
from raccord.web.app import create_app
from support.web import FakeWake

if __name__ == "__main__":
    uvicorn.run(
        create_app(from_environment(), FakeWake()),
        host="127.0.0.1",
        port=int(sys.argv[1]),
        log_level="warning",
    )
