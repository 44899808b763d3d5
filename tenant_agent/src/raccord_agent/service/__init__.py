"""Running as a service of the operating system: one file per service manager."""
