"""`python -m support.skewed_agent SECONDS …`: the agent's command line on a machine whose clock is so many seconds ahead. Its
heart beats every second, so that nobody waits half a minute for the platform to hear of it."""

import sys
import time
from functools import partial

AHEAD = float(sys.argv.pop(1))
true_time = time.time
vars(time)["time"] = lambda: true_time() + AHEAD  # before the agent's modules take it

if __name__ == "__main__":
    from raccord_agent import run
    from raccord_agent.__main__ import main

    vars(run)["Pace"] = partial(run.Pace, heartbeat=1.0)
    sys.exit(main())
