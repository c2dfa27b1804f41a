"""Stock viewflow: its own models and nodes, as its quick start shows them."""
