"""The rehearsal of a channel before its first write: small checks, each pure, over the records of both sides.

`checks.CHECKS` is all of them. A check belongs to one subject of `subjects` (an article, a category tree, an order…) and yields
`findings.Finding`s of its own kinds.
"""
