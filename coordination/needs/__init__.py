"""What a step needs, checked against what there is: fills ``registry.needs``.

``given`` checks what a person hands in, ``conditions`` what must hold of the record. Each function
returns the cleaned value, or raises ``Incomplete`` (say what is missing) or ``Forbidden`` (a rule
says no, and is named).
"""

from coordination.needs import conditions, extensions, given, lists, meetings, sessions, submissions

__all__ = ["conditions", "extensions", "given", "lists", "meetings", "sessions", "submissions"]
