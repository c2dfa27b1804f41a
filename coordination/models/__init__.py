"""The records, by what they are about; import them from here."""

from coordination.models.commitments import Commitment, Extension
from coordination.models.consultations import Consultation, Opinion
from coordination.models.dossiers import Conclusion, CouncilSession, Dossier
from coordination.models.issues import (
    Attachment,
    CodeCounter,
    Follower,
    Issue,
    IssueKind,
    IssueLocality,
    Share,
    Twin,
)
from coordination.models.kinds import Ground, Kind, Route, Secrecy, Silence, Stance, Uptake, Urgency
from coordination.models.meetings import (
    AgendaItem,
    Meeting,
    MeetingSide,
    MeetingSlot,
    MinutePoint,
    Participant,
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
)
from coordination.models.submissions import Submission, SubmissionItem
from coordination.models.substitutions import Substitution

__all__ = [
    "AgendaItem",
    "Attachment",
    "CodeCounter",
    "Commitment",
    "Conclusion",
    "Consultation",
    "CouncilMembership",
    "CouncilSession",
    "CouncilTerm",
    "DeputyMatter",
    "Dossier",
    "Extension",
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
    "Participant",
    "Person",
    "PlannedCommitment",
    "Region",
    "RegionMembership",
    "Route",
    "Seat",
    "Secrecy",
    "Share",
    "Silence",
    "Stance",
    "Submission",
    "SubmissionItem",
    "Substitution",
    "Twin",
    "Uptake",
    "Urgency",
]
