"""Which runs, where they run and where they are kept; the only floor that reads YAML."""
