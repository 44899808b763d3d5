"""A simulator of a PrestaShop: its webservice, a plain storefront and a plain back office. See README.md."""
