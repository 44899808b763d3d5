"""For whoever runs the service: figures, traces, references of requests, notices on every page."""
