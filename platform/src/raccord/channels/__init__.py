"""Channels: one ERP feeding one shop. Made as a draft, matched with what the shop has, then put on air."""
