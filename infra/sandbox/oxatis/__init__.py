"""A simulator of an Oxatis shop: web services as documented, storefront, customer area, back office. See README.md."""
