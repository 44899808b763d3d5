"""What connector writers may use. Nothing here knows a system."""
