"""District registry: imports, duplicates, export."""
