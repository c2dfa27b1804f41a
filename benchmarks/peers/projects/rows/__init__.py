"""The rows that a step of the product leaves, as models of a plain Django application."""
