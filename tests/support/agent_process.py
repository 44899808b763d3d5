"""`python -m support.agent_process …`: the agent's command line with the tiny ERP among its connectors, and quick
intervals, for tests that need a process which can be killed."""

import sys

from raccord_agent import __main__ as command_line
from raccord_agent.home import Home
from raccord_agent.run import Agent, from_home
from raccord_connectors import registry
from raccord_connectors.canonical import STREAMS, Product
from support.agent_world import QUICK

registry.CONNECTORS["tiny_erp"] = "support.tiny_erp:TinyErp"
STREAMS["drafts"] = Product  # the tiny ERP takes any record as a draft; a product is the shortest


def from_home_quickly(home: Home) -> Agent:
    return from_home(home, pace=QUICK)


vars(command_line)["from_home"] = from_home_quickly

if __name__ == "__main__":
    sys.exit(command_line.main())
