"""One module per family of export formats: a file in, rows for mapping out. No Dagster here."""
