"""The records, by what they are about; import them from here."""

from coordination.models.commitments import Commitment
from coordination.models.consultations import Consultation, Opinion
from coordination.models.dossiers import Dossier
from coordination.models.issues import (
    Attachment,
    CodeCounter,
    Follower,
    Issue,
    IssueKind,
    IssueLocality,
    Share,
)
from coordination.models.kinds import Ground, Kind, Route, Secrecy, Stance, Urgency
from coordination.models.meetings import (
    AgendaItem,
    Meeting,
    MeetingSide,
    MeetingSlot,
    MinutePoint,
    PlannedCommitment,
)
from coordination.models.organisations import (
    CouncilMembership,
    CouncilTerm,
    DeputyMatter,
    Function,
    Locality,
    Organisation,
    OrganisationName,
    Person,
    Region,
    RegionMembership,
    Seat,
    Substitution,
)
from coordination.models.submissions import Submission, SubmissionItem

__all__ = [
    "AgendaItem",
    "Attachment",
    "CodeCounter",
    "Commitment",
    "Consultation",
    "CouncilMembership",
    "CouncilTerm",
    "DeputyMatter",
    "Dossier",
    "Follower",
    "Function",
    "Ground",
    "Issue",
    "IssueKind",
    "IssueLocality",
    "Kind",
    "Locality",
    "Meeting",
    "MeetingSide",
    "MeetingSlot",
    "MinutePoint",
    "Opinion",
    "Organisation",
    "OrganisationName",
    "Person",
    "PlannedCommitment",
    "Region",
    "RegionMembership",
    "Route",
    "Seat",
    "Secrecy",
    "Share",
    "Stance",
    "Submission",
    "SubmissionItem",
    "Substitution",
    "Urgency",
]
