"""What stops a walkthrough."""


class Unexpected(Exception):
    """The product did not do what the story expects of it: the walkthrough fails and says so."""
