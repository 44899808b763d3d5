"""Tenants: a merchant's account, its members and their roles."""
