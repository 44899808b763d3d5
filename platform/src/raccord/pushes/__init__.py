"""ERPs that push: a program of the merchant's brings the records, and takes the orders. No agent is involved."""
