"""Whether two names mean one project or one text, as people really type them.

Diacritics, capitals, punctuation, remarks in brackets and the words every project begins with do not
count; a slip of the pen is forgiven. Numbers are not: Vành đai 3 is not Vành đai 4.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from functools import lru_cache

from coordination.queries.search import fold

# Words that name no project: "Dự án đầu tư xây dựng (công trình) …".
_LEAD_WORDS = re.compile(r"\b(?:tieu du an|du an|dau tu|xay dung|cong trinh|thanh phan)\b")
_REMARKS = re.compile(r"\([^)]*\)")
_ROMAN = frozenset({"i", "ii", "iii", "iv", "v", "vi"})
# A slip or two in a name of twenty letters; a name as short as "cau ma da" must be right to the letter.
_SAME_FROM = 0.9
_FEWEST_WORDS = 3


@lru_cache(maxsize=4096)
def name_key(name: str) -> str:
    """What is left of a name when spelling and remarks are set aside; "" where nothing is."""
    bare = _LEAD_WORDS.sub(" ", " ".join(re.findall(r"[a-z0-9]+", fold(_REMARKS.sub(" ", name)))))
    return " ".join(bare.split())


def alike(one: str, other: str) -> bool:
    """Whether two names mean the same, where neither is empty."""
    return same_key(name_key(one), name_key(other))


def same_key(one: str, other: str) -> bool:
    """``alike`` for what ``name_key`` made."""
    if not one or not other:
        return False
    return one == other or _slip(one, other) or _named_in(one, other) or _named_in(other, one)


def _slip(one: str, other: str) -> bool:
    if _numbers(one) != _numbers(other):
        return False
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return (
        matcher.real_quick_ratio() >= _SAME_FROM
        and matcher.quick_ratio() >= _SAME_FROM
        and matcher.ratio() >= _SAME_FROM
    )


def _named_in(short: str, long: str) -> bool:
    """Whether ``long`` says ``short`` and more: “cầu Mã Đà” in “cầu Mã Đà và nâng cấp ĐT.753”.

    Not where a number follows at once: “cầu Bạch Đằng” is another bridge than “cầu Bạch Đằng 2”.
    """
    if len(short.split()) < _FEWEST_WORDS:
        return False
    _before, found, after = f" {long} ".partition(f" {short} ")
    return bool(found) and not _is_number(next(iter(after.split()), ""))


def _numbers(key: str) -> list[str]:
    return sorted(word for word in key.split() if _is_number(word))


def _is_number(word: str) -> bool:
    return any(letter.isdigit() for letter in word) or word in _ROMAN
