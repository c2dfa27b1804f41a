"""Search that does not ask for diacritics: “cau ma da” finds “Cầu Mã Đà”."""

from __future__ import annotations

import unicodedata
from typing import Any

from django.db.models import QuerySet

# Canonical decomposition leaves these alone: they are letters of their own.
_LETTERS = str.maketrans({"đ": "d", "Đ": "d"})


def fold(text: str) -> str:
    """Lower case, without diacritics, đ as d, runs of white space as one space."""
    decomposed = unicodedata.normalize("NFD", text.translate(_LETTERS))
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return " ".join(bare.casefold().split())


def matching(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    """The rows whose ``search_text`` holds every word, in any order."""
    for word in fold(words).split():
        rows = rows.filter(search_text__contains=word)
    return rows
