"""The catalogue: every article of the ERP with what became of it in a channel, and the lineage of each value.

It only looks: what it shows is written by `sync`; what a person decides here is done by `channels.service`.
"""
