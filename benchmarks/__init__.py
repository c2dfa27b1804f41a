"""Measurements and proofs at full count; none of it is part of the product."""
