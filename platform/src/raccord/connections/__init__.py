"""Connections: the systems of a tenant. A shop's settings are kept here, its secrets sealed; an ERP's stay in the agent."""
