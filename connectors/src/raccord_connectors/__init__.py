"""What a connector is (`contract`), the records all connectors speak (`canonical`), and the connectors themselves."""
