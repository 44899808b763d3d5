"""Use cases over ports: how a change and an order travel. Knows the core and the contract, no framework."""
