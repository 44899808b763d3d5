"""The merchant's first page: is it well, what moved, what waits for a person."""
