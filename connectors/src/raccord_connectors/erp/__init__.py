"""ERP connectors: each runs in the agent, beside its ERP."""
