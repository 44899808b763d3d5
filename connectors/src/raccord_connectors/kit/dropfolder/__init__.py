"""Exchanging files with a program that nobody of ours wrote: which are ready to be read, where they go afterwards, and orders
that are laid down once and acknowledged.

`state` is what we remember beside the definition; `incoming` says which files are complete and moves those that were read;
`letters` writes an order as JSON, CSV or XML; `handover` lays it down, exactly once, and reads the acknowledgement.
"""
