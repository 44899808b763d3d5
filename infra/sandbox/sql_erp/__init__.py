"""A small ERP of a merchant's own making: a French schema, views for the web, and a procedure for orders. **A simulator.**

On SQLite its procedures are triggers of two tables; on PostgreSQL they are functions. The same definition fits both.
"""
