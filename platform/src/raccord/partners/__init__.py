"""Partners: integrators who look after several tenants, by access that each merchant grants and can end."""
