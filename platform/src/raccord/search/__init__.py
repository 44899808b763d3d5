"""One box for everything that has a number, a code or a name: it leads to the journey of that thing."""
