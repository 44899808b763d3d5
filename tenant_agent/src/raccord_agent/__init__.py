"""The program beside the ERP: it reads what changed, keeps it until the platform has it, and does what is asked."""

__version__ = "0.1.0"
