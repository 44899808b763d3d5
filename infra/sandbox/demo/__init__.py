"""`make demo`: everything on this machine, one address. The GesCom and the shop are simulators; the rest is the product."""
