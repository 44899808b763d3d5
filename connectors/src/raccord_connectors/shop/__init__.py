"""Shop connectors: each runs in the platform's workers."""
