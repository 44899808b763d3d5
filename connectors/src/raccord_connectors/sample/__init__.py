"""The shortest honest connectors, in memory, and a hostile one on which the conformance suite must fail."""
