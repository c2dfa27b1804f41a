"""The way through the demo that a newcomer is shown: who to be, in which order, and what to do."""

from django.utils.translation import gettext_lazy as _

# User name, and what this person does on the main path.
MAIN_PATH = (
    ("binhphuoc.gtvt.officer", _("Report what is stuck and hand it up to your head.")),
    ("binhphuoc.gtvt.head", _("Submit it to the focal point.")),
    ("binhphuoc.skhdt.officer", _("Accept it, then propose a meeting of the two localities.")),
    ("binhphuoc.skhdt.head", _("Endorse the submission, from the link in the mail.")),
    ("binhphuoc.ubnd.officer", _("Pass it to the leader who decides.")),
    ("binhphuoc.ubnd.head", _("Approve the meeting, from the link, on a telephone.")),
    ("binhphuoc.skhdt.head", _("Invite the other locality: times, place, agenda.")),
    ("dongnai.skhdt.officer", _("Your locality is a party now; you were told at once. Choose a time.")),
)
