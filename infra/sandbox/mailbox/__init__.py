"""The demonstration's mailbox: a real SMTP server on loopback that keeps every mail it is given, whoever it is for, and pages on
which to read them. Nothing leaves this machine.
"""
