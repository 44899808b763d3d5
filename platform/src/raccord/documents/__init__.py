"""Invoices and credit notes made in the ERP reach their customers: drawn or found, kept unchanged, and shown by a link."""
