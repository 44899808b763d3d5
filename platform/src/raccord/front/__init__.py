"""What the pages of all features stand on: templates, languages, headers. Knows no feature."""
