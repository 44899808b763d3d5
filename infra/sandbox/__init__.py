"""The sandbox: a demonstration GesCom and a demonstration shop, simulators that keep the documented contracts."""
