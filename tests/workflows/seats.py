"""Who is who towards a record, written by hand: seat → roles, independent of the product's own answer.

The record is an issue of Sở GTVT Bình Dương about land and funding, with Đồng Nai affected, and what
hangs on it.
"""

from __future__ import annotations

from datetime import date

from coordination.models import DeputyMatter, Person, Seat
from tests.people import body

NOBODY: frozenset[str] = frozenset()
PASSED_OVER = "environment"  # a kind the record is not about


def roles(*words: str) -> frozenset[str]:
    return frozenset(words)


# Towards every record of the issue, from the home side. Deputies of the demo are in charge of land or
# funding; ``.idle`` ones, made below, of something else.
HOME: dict[str, frozenset[str]] = {
    "binhduong.gtvt.officer": roles("reporting.officer"),
    "binhduong.gtvt.head": roles("reporting.head"),
    "binhduong.gtvt.deputy": roles("reporting.head"),
    "binhduong.gtvt.idle": NOBODY,
    "binhduong.gtvt.clerk": NOBODY,
    "binhduong.skhdt.officer": roles("focal.officer"),
    "binhduong.skhdt.second": roles("focal.officer"),
    "binhduong.skhdt.head": roles("focal.head"),
    "binhduong.skhdt.deputy": roles("focal.head"),
    "binhduong.skhdt.idle": NOBODY,
    "binhduong.skhdt.clerk": NOBODY,
    "binhduong.skhdt.former": NOBODY,
    "binhduong.ubnd.officer": roles("committee.officer"),
    "binhduong.ubnd.head": roles("committee.head"),
    "binhduong.ubnd.deputy": roles("committee.head"),
    "binhduong.ubnd.idle": NOBODY,
    "binhduong.ubnd.clerk": NOBODY,
    # Another unit of the same locality.
    "binhduong.tnmt.officer": NOBODY,
    "binhduong.tnmt.head": NOBODY,
}
# Everybody who is nothing towards the issue itself, whatever they are towards what hangs on it.
AWAY: dict[str, frozenset[str]] = {
    "dongnai.skhdt.officer": NOBODY,
    "dongnai.skhdt.head": NOBODY,
    "dongnai.skhdt.deputy": NOBODY,
    "dongnai.skhdt.idle": NOBODY,
    "dongnai.ubnd.officer": NOBODY,
    "dongnai.ubnd.head": NOBODY,
    "dongnai.gtvt.officer": NOBODY,
    "dongnai.gtvt.head": NOBODY,
    "tphcm.skhdt.officer": NOBODY,
    "tphcm.skhdt.head": NOBODY,
    "tphcm.ubnd.head": NOBODY,
    "dongnambo.vanphong.officer": NOBODY,
    "dongnambo.vanphong.head": NOBODY,
    "ktdtphianam.vanphong.officer": NOBODY,
    "bgtvt.officer": NOBODY,
    "bgtvt.head": NOBODY,
    "bkhdt.officer": NOBODY,
    "bkhdt.head": NOBODY,
    "auditor": NOBODY,
    "admin": NOBODY,
    "seatless": NOBODY,
}
# A counterpart once it is a party, towards issue, opinion, dossier and commitment alike.
PARTY: dict[str, frozenset[str]] = {
    "dongnai.skhdt.officer": roles("other.focal"),
    "dongnai.skhdt.head": roles("other.focal", "each.head", "any.head"),
    "dongnai.skhdt.deputy": roles("other.focal", "each.head", "any.head"),
    "dongnai.ubnd.head": roles("each.head", "any.head"),
}
# The heads of the home side are a side's head as well.
HOME_SIDE: dict[str, frozenset[str]] = {
    "binhduong.skhdt.head": roles("each.head", "any.head"),
    "binhduong.skhdt.deputy": roles("each.head", "any.head"),
    "binhduong.ubnd.head": roles("each.head", "any.head"),
    "binhduong.ubnd.deputy": roles("each.head", "any.head"),
}
PROPOSED = {"binhduong.skhdt.officer": roles("proposer")}
# The leader named to decide acts as head, in charge of the matter or not.
IDLE_DECIDER = {"binhduong.ubnd.idle": roles("committee.head", "each.head", "any.head")}
MINISTRY_ASKED = {"bgtvt.officer": roles("consulted.officer"), "bgtvt.head": roles("consulted.head")}
COMMITTEE_ASKED = {
    "binhduong.ubnd.officer": roles("consulted.officer"),
    "binhduong.ubnd.head": roles("consulted.head"),
    "binhduong.ubnd.deputy": roles("consulted.head"),
}
COUNCIL_ASKED = {"dongnambo.vanphong.officer": roles("council.officer")}
HOME_LEADS = {
    "binhduong.gtvt.officer": roles("lead.officer"),
    "binhduong.gtvt.head": roles("lead.head"),
    "binhduong.gtvt.deputy": roles("lead.head"),
    "binhduong.skhdt.head": roles("giver.head"),
    "binhduong.skhdt.deputy": roles("giver.head"),
}
OTHER_LEADS = {
    "dongnai.gtvt.officer": roles("lead.officer"),
    "dongnai.gtvt.head": roles("lead.head"),
    "dongnai.skhdt.head": roles("giver.head"),
    "dongnai.skhdt.deputy": roles("giver.head"),
}
SYSTEM = {"system": roles("system")}


def together(*tables: dict[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """Several tables as one: a seat may be several things at once."""
    found: dict[str, frozenset[str]] = {}
    for table in tables:
        for seat, words in table.items():
            found[seat] = found.get(seat, NOBODY) | words
    return found


EVERYBODY = together(HOME, AWAY)


def make_people() -> None:
    """The people the demo lacks: deputies in charge of something else, a former head, no seat at all."""
    for place in ("binhduong.gtvt", "binhduong.skhdt", "binhduong.ubnd", "dongnai.skhdt"):
        seat = _seat(f"{place}.idle", place, Seat.Level.DEPUTY)
        DeputyMatter.objects.create(seat=seat, kind=PASSED_OVER)
    _seat("binhduong.skhdt.second", "binhduong.skhdt", Seat.Level.OFFICER)
    _seat("binhduong.skhdt.former", "binhduong.skhdt", Seat.Level.HEAD, until=date(2026, 10, 31))
    Person.objects.create(username="seatless", full_name="Không Vị Trí")


def _seat(username: str, slug: str, level: str, until: date | None = None) -> Seat:
    person = Person.objects.create(username=username, full_name=f"Người {username}")
    return Seat.objects.create(
        person=person, organisation=body(slug), level=level, title="Phó Giám đốc", valid_to=until
    )
