"""Demo content of the southern key economic region: plain data, no database."""
