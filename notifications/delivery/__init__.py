"""The ways out: each takes one rendered message and says whether it went, failed or never will."""
