"""What time does to a consultation (rulebook §3): nobody answers, and it ends all the same."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from coordination.models import Issue, Opinion
from workflows.clock_sweeps import StepWhenDue

# Opinions that nobody gave lapse; with the last one the consultation concludes.
LAPSES = StepWhenDue(
    name="lapse",
    label=_("Opinions that lapse"),
    machine=Opinion.machine,
    state=Opinion.State.REQUESTED,
    step="lapse",
    why=_("no answer by the due date"),
)
# It concludes when due also where an opinion could not lapse, or none was asked for any more.
CONCLUSIONS = StepWhenDue(
    name="conclude",
    label=_("Consultations that conclude"),
    machine=Issue.machine,
    state=Issue.State.CONSULTING,
    step="conclude_consultation",
    why=_("the time for answers is over"),
)
