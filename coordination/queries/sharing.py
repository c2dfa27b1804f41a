"""What a step or an act is about to let others see: the person reads it before (rulebook §5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination.models import (
    Attachment,
    Commitment,
    Dossier,
    Issue,
    Locality,
    Meeting,
    Opinion,
    Organisation,
    Person,
)
from coordination.presentation import facts_of
from coordination.queries.event_words import SHARED_DETAILS
from coordination.standing import standing_of
from coordination.visibility import SHARED, Sight
from workflows.machines.acts import ACTS
from workflows.machines.base import Machine
from workflows.policies import policy_for

Facts = tuple[tuple[str, str], ...]
Readers = list[Locality | Organisation]


@dataclass(frozen=True)
class Sharing:
    """Who is about to read what.

    ``facts`` and ``files`` are there already and reach them now; ``note`` says what of the form goes
    along, and what they will not read.
    """

    who: tuple[str, ...]
    note: str | Promise
    facts: Facts = ()
    files: tuple[str, ...] = ()


def about_to_share(record: Machine, name: str, *, person: Person, at: datetime) -> Sharing | None:
    """What the step or act ``name`` of this person shares; None where it shares nothing new."""
    special = _SHARES.get((record.machine, name)) or _SHARES.get(("*", name))
    others = _without_own_side(readers_of(record), record, person, at)
    if special is not None:
        return special(record, others, at)
    if others and _exchanged(record, name):
        return Sharing(_names(others), gettext_lazy("They read that you do this, and what you write below."))
    return None


def _exchanged(record: Machine, name: str) -> bool:
    """Whether what is given with the step or act is told to the parties."""
    info = record.steps().get(name)
    if info is not None:
        return bool({"parties", "leads", "council"} & set(info.told) and SHARED_DETAILS & set(info.needs))
    return name in ACTS and ACTS[name].told == "parties"


# Who reads the shared part


def readers_of(record: Any) -> Readers:
    """The localities and bodies outside the home that read the shared part of this record by now."""
    if isinstance(record, Opinion):
        return [record.body]
    if isinstance(record, Meeting):
        return [side.locality for side in record.other_sides().select_related("locality")]
    if isinstance(record, Dossier):
        return [record.council] if record.filed_at else []
    issue: Issue = record.issue if isinstance(record, Commitment) else record
    found: Readers = [side.locality for side in issue.sides.select_related("locality") if side.brought_in_at]
    bodies: list[Organisation] = []
    if isinstance(record, Commitment):
        bodies += [record.lead, *record.coordinators.all()]
    else:
        filed = issue.dossiers.filter(filed_at__isnull=False).select_related("council")
        bodies += [dossier.council for dossier in filed]
        bodies += [share.organisation for share in issue.shares.select_related("organisation")]
    return [*found, *dict.fromkeys(bodies)]


def _without_own_side(readers: Readers, record: Machine, person: Person, at: datetime) -> Readers:
    """The others, as this person's side sees them: the home itself is one of them for an outsider."""
    sight, standing = Sight(person, at), standing_of(record)
    mine = sight.bodies | sight.councils
    others = [
        reader
        for reader in readers
        if reader.pk not in ({*sight.core, standing.home_id} if isinstance(reader, Locality) else mine)
    ]
    if standing.home_id in sight.core or sight.bodies & standing.unit_ids:
        return others
    return [Locality.objects.get(pk=standing.home_id), *others]


def _is_home(reader: Locality | Organisation, record: Machine) -> bool:
    return isinstance(reader, Locality) and reader.pk == record.home.pk


def _names(readers: Iterable[Locality | Organisation]) -> tuple[str, ...]:
    return tuple(str(reader) for reader in readers)


# What they read


def shared_part(issue: Issue) -> Facts:
    """The shared part of an issue as it stands (rulebook §5), as (label, text) pairs."""
    running = issue.commitments.select_related("lead").order_by("due_on", "pk")
    promised = "\n".join(f"– {row.work} ({row.lead}, {row.due_on:%d/%m/%Y})" for row in running)
    facts = [(_("Title"), issue.title), *facts_of(issue, SHARED), (_("Commitments"), promised)]
    return tuple((label, text) for label, text in facts if text)


def shared_files(issue: Issue) -> tuple[str, ...]:
    """The names of the files that go with it."""
    rows = Attachment.objects.filter(machine=issue.machine, record_id=issue.pk, shared=True)
    return tuple(rows.values_list("name", flat=True))


def _of_issue(who: tuple[str, ...], note: str | Promise, issue: Issue) -> Sharing:
    return Sharing(who, note, shared_part(issue), shared_files(issue))


# Step by step, act by act


def _approved(record: Issue, _others: Readers, _at: datetime) -> Sharing:
    note = gettext_lazy("From now on their focal points and leaders read this part; nothing else.")
    return _of_issue(_names(record.others), note, record)


def _approved_for_council(record: Issue, _others: Readers, _at: datetime) -> Sharing:
    note = gettext_lazy(
        "From now on their focal points and leaders read this part, and the Council's "
        "office once the dossier is filed; nothing else."
    )
    return _of_issue(_names(record.others), note, record)


_BY_COMMITMENTS = gettext_lazy("the sides and the lead bodies of the commitments you give below")


def _concluded(record: Issue, _others: Readers, _at: datetime) -> Sharing:
    note = gettext_lazy("They read this part and their own commitments; nothing else.")
    return _of_issue((str(_BY_COMMITMENTS),), note, record)


def _consulted(record: Issue, _others: Readers, at: datetime) -> Sharing:
    note = _(
        "Bodies of other localities and ministries read the question, our position and the date as you "
        "write them below; nothing else. Bodies of your own locality read the part below as well."
    )
    if policy_for(record.home.mnemonic, at)[1]["external_consultation_needs_head"]:
        waits = _("The former are asked only once the head of the focal point has let the request go out.")
        note = f"{note} {waits}"
    return _of_issue((_("the bodies you choose below"),), note, record)


def _sent_outside(record: Issue, _others: Readers, _at: datetime) -> Sharing | None:
    consultation = record.open_consultation()
    if consultation is None:
        return None
    facts = (
        (_("Question"), consultation.question),
        (_("Our position"), consultation.position),
        (_("Answer by"), f"{consultation.due_on:%d/%m/%Y}"),
        (_("Asked by"), record.home.full_name),
    )
    note = gettext_lazy("They read this, and nothing else of the issue.")
    return Sharing(_names(consultation.withheld.all()), note, facts)


def _shared_with_bodies(record: Issue, _others: Readers, _at: datetime) -> Sharing:
    note = gettext_lazy("They read this part; nothing else.")
    return _of_issue((_("the bodies you choose below"),), note, record)


def _answered(record: Opinion, _others: Readers, _at: datetime) -> Sharing:
    return Sharing(
        (record.home.full_name,),
        gettext_lazy(
            "Its focal point, its People's Committee and the unit that reported the issue read the answer "
            "as you give it below; the other bodies that are asked do not."
        ),
    )


def _noted(_record: Machine, others: Readers, _at: datetime) -> Sharing | None:
    note = gettext_lazy("They read the note, your name and your position.")
    return Sharing(_names(others), note) if others else None


def _attached(record: Machine, others: Readers, _at: datetime) -> Sharing | None:
    from_outside = any(_is_home(reader, record) for reader in others)
    if from_outside and isinstance(record, Opinion) and not record.is_given:
        note = gettext_lazy("They read the file once your body has answered, not before.")
    elif from_outside:
        note = gettext_lazy("They read the file, and who attached it.")
    else:
        note = gettext_lazy(
            "They read the file only if you tick “The parties may read it too”; then also whoever is "
            "brought in later."
        )
    return Sharing(_names(others), note) if others else None


def _to_sides(note: Promise) -> Callable[[Meeting, Readers, datetime], Sharing | None]:
    """For what all other sides of a meeting read; a side that declined is no side any more."""

    def share(record: Meeting, others: Readers, _at: datetime) -> Sharing | None:
        declined = set(record.sides.filter(answer="declined").values_list("locality_id", flat=True))
        who = _names(reader for reader in others if reader.pk not in declined)
        return Sharing(who, note) if who else None

    return share


def _meeting_amended(record: Meeting, others: Readers, at: datetime) -> Sharing | None:
    """Names and shared minutes reach the others at once; agenda and minutes in the making do not."""
    if record.state in {Meeting.State.PROPOSED, Meeting.State.HELD}:
        return None
    note = gettext_lazy("They read at once who comes from your side.")
    if record.state == Meeting.State.MINUTES_SHARED:
        note = gettext_lazy("They read at once what you change, and every side has to confirm again.")
    return _to_sides(note)(record, others, at)


def _filed(record: Dossier, _others: Readers, _at: datetime) -> Sharing:
    note = gettext_lazy("The Council's office reads the dossier below and the shared part of the issue.")
    return _of_issue((str(record.council),), note, record.issue)


def _council_concluded(record: Dossier, _others: Readers, _at: datetime) -> Sharing:
    note = gettext_lazy("They read the conclusion and the commitments.")
    return _of_issue((str(_BY_COMMITMENTS),), note, record.issue)


_TIMES = _to_sides(gettext_lazy("They read your reason and the times you propose."))

_SHARES: dict[tuple[str, str], Callable[[Any, Readers, datetime], Sharing | None]] = {
    ("issue", "approve_bilateral"): _approved,
    ("issue", "approve_council"): _approved_for_council,
    ("issue", "direct"): _concluded,
    ("issue", "settle"): _concluded,
    ("issue", "central_concluded"): _concluded,
    ("issue", "consult"): _consulted,
    ("issue", "send_outside"): _sent_outside,
    ("issue", "share"): _shared_with_bodies,
    ("opinion", "answer"): _answered,
    ("opinion", "answer_late"): _answered,
    ("*", "note_shared"): _noted,
    ("*", "attach"): _attached,
    ("meeting", "invite"): _to_sides(gettext_lazy("They read the agenda and the times you propose.")),
    ("meeting", "reschedule"): _TIMES,
    ("meeting", "counter_propose"): _TIMES,
    ("meeting", "ask_reschedule"): _TIMES,
    ("meeting", "share_minutes"): _to_sides(
        gettext_lazy("They read who attended, each point, and the commitments in it.")
    ),
    ("meeting", "amend"): _meeting_amended,
    ("dossier", "file"): _filed,
    ("dossier", "record_conclusion"): _council_concluded,
}
