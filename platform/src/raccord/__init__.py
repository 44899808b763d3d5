"""The hosted platform of Raccord."""
