"""Pure rules: no I/O, no clock, no randomness. Everything here can be read and tested alone."""
