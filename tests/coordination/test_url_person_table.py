"""Every address of a record × every kind of person: what has not reached them answers 404."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from coordination.actions.issues import attach_file
from coordination.models import Opinion
from coordination.queries.offered import PLURALS
from coordination.views.record_urls import urlpatterns
from tests.people import person
from tests.story import Story
from workflows.machines.acts import ACTS
from workflows.models import Event
from workflows.registry import registry

pytestmark = pytest.mark.slow

OUTSIDERS = (
    "tayninh.skhdt.officer",
    "tayninh.ubnd.head",
    "bgtvt.head",
    "binhphuoc.gtvt.officer",
    "dongnambo.vanphong.officer",
    "admin",
    "binhduong.dian.head",
)
OTHER_SIDE = ("dongnai.skhdt.officer", "dongnai.skhdt.head", "dongnai.ubnd.head")
HOME = ("binhduong.gtvt.officer", "binhduong.skhdt.officer", "binhduong.ubnd.head", "auditor")
HIDDEN = {404}
# What has an address of its own beside steps and acts, by machine.
OWN_PAGES = {"issue": ("opinion-table",), "meeting": ("meeting-entry",)}
LISTS = {"meeting-list", "dossier-list", "commitment-list", "meeting-calendar"}


def addresses(record) -> list[str]:
    """Every address of one record: its page, each step, each act."""
    plural = PLURALS[record.machine]
    found = [reverse(record.machine, args=[key]) for key in {record.ref, record.key}]
    found += [reverse("step", args=[plural, record.key, step]) for step in record.steps()]
    found += [
        reverse("act", args=[plural, record.key, name])
        for name, info in ACTS.items()
        if record.machine in info.machines
    ]
    found += [reverse(name, args=[record.key]) for name in OWN_PAGES.get(record.machine, ())]
    return found


def takes_posts(path: str) -> bool:
    """Whether something is written there; a record's own page is only read."""
    return any(part in path for part in ("/steps/", "/acts/", "/opinion-table/"))


def statuses(client, username: str, paths: list[str], method: str = "get") -> set[int]:
    client.force_login(person(username))
    return {getattr(client, method)(path).status_code for path in paths}


def page_status(client, username: str, record) -> int:
    client.force_login(person(username))
    return client.get(reverse(record.machine, args=[record.key])).status_code


@pytest.fixture
def filed(story):
    """An inner file of the issue, in triage."""
    story.to("triage")
    upload = SimpleUploadedFile("noi-bo.pdf", b"%PDF-1.4 trial")
    return attach_file(story.issue, upload, by=person("binhduong.skhdt.officer"), at=story.at)


def test_every_address_of_records_is_in_this_table():
    named = {pattern.name for pattern in urlpatterns}
    own = {name for names in OWN_PAGES.values() for name in names}
    assert named == set(registry.machines) | LISTS | own | {"step", "act", "file"}


def test_before_it_is_shared_nobody_outside_learns_that_it_exists(client, story, filed):
    paths = [*addresses(story.issue), reverse("file", args=[filed.pk])]
    # A page takes no POST from anybody, whether there is such a record or not.
    written = [path for path in paths if takes_posts(path)]
    for username in (OUTSIDERS[0], OTHER_SIDE[0]):
        assert statuses(client, username, paths) == HIDDEN, username
        assert statuses(client, username, written, "post") == HIDDEN, username
    for username in (*OUTSIDERS[1:], *OTHER_SIDE[1:]):
        assert page_status(client, username, story.issue) == 404, username
    for username in HOME:
        assert page_status(client, username, story.issue) == 200, username
    client.logout()
    assert {client.get(path).status_code for path in paths} == {302}


def test_after_the_approval_the_other_side_reads_and_the_rest_still_do_not(client, story, filed):
    for step in ("propose", "endorse", "pass_to_leader", "approve_bilateral"):
        story.do(step)
    records = [story.issue, story.meeting]
    paths = [path for record in records for path in addresses(record)]
    paths.append(reverse("file", args=[filed.pk]))
    assert statuses(client, OUTSIDERS[0], paths) == HIDDEN
    for username in OUTSIDERS[1:]:
        for record in records:
            assert page_status(client, username, record) == 404, (username, record)
    for username in (*HOME, *OTHER_SIDE):
        for record in records:
            assert page_status(client, username, record) == 200, (username, record)
    client.force_login(person(OTHER_SIDE[0]))
    assert client.get(f"/issues/{story.issue.code}/").context["level"] == "shared"
    assert client.get(f"/issues/{story.issue.code}/edit/").status_code in {403, 404, 409}
    assert client.get(reverse("file", args=[filed.pk])).status_code == 404


def test_a_council_s_office_reads_its_own_dossiers_once_filed(client, story):
    story.to("council")
    dossier = story.dossier
    office, elsewhere = "dongnambo.vanphong.officer", "ktdtphianam.vanphong.officer"
    assert page_status(client, office, dossier) == 404
    story.do("file", on=dossier)
    for record in (dossier, story.issue):
        assert page_status(client, office, record) == 200
        assert page_status(client, elsewhere, record) == 404


def test_a_lead_body_reads_its_commitment_and_the_shared_part(client, story):
    story.to("implementing")
    commitment = story.issue.commitments.get(locality__slug="dongnai")
    for record in (commitment, story.issue):
        assert page_status(client, "dongnai.gtvt.officer", record) == 200
        assert page_status(client, "dongnai.tnmt.officer", record) == 404


def test_an_auditor_reads_all_and_writes_nothing(client, story, filed):
    story.do("consult")
    second = Story(title="Suối Siệp")
    second.to("bilateral")
    records = [story.issue, second.issue, second.meeting, *Opinion.objects.all()]
    before = Event.objects.count()
    for record in records:
        assert page_status(client, "auditor", record) == 200
        own, *rest = addresses(record)
        assert statuses(client, "auditor", [own], "post") == {405}
        # A step that the state does not have is a conflict for everybody (409).
        written = statuses(client, "auditor", [path for path in rest if takes_posts(path)], "post")
        assert written <= {403, 409}, written
    assert Event.objects.count() == before


def test_no_address_changes_anything_by_being_read(client, story, filed):
    before = (Event.objects.count(), story.refreshed().version)
    assert statuses(client, HOME[1], addresses(story.issue)) <= {200, 403, 409}
    assert (Event.objects.count(), story.refreshed().version) == before


def test_lists_are_for_people_who_signed_in(client, db):
    for name in sorted(LISTS):
        assert client.get(reverse(name)).status_code == 302
        client.force_login(person("tayninh.skhdt.officer"))
        assert client.get(reverse(name)).status_code == 200
        client.logout()
