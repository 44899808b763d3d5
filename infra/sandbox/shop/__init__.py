"""The demonstration shop: a SIMULATOR of WooCommerce's REST API v3, with a storefront where one can really buy.

It is not WooCommerce and runs none of its code. It obeys what is documented or was read in WooCommerce's source (the
refusals, limits and traps that connectors meet), so that the connector which serves a real WooCommerce can be tried
without one. What it leaves out is listed in README.md.
"""
