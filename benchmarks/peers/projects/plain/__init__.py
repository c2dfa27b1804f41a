"""Plain Django: the ORM by itself, and with django-fsm."""
