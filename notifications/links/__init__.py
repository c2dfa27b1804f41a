"""Decision links: made, opened, proved, decided, ended (design: decision-links.md)."""
