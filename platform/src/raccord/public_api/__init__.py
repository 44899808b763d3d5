"""The public API: what the pages do, for programs, under `/api/v1`. Who may call, how often, and what was answered already."""
