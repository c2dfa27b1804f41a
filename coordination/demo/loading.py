"""Lay the demo's organisations and people in the database: idempotent, by slug and user name."""

from __future__ import annotations

from datetime import date, datetime

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from coordination.demo import organisations, people
from coordination.models import (
    CouncilMembership,
    CouncilTerm,
    DeputyMatter,
    Function,
    Locality,
    Organisation,
    Person,
    Region,
    RegionMembership,
    Seat,
)
from workflows.models import Policy

PASSWORD = "lien-tinh-2026"  # noqa: S105 (public on purpose: it opens the trial only)
_KINDS = {
    "committee": Organisation.Kind.COMMITTEE,
    "department": Organisation.Kind.DEPARTMENT,
    "project_board": Organisation.Kind.BOARD,
    "district": Organisation.Kind.DISTRICT,
    "ministry": Organisation.Kind.MINISTRY,
    "council_office": Organisation.Kind.COUNCIL,
}
SINCE = date(1997, 1, 1)


def load_organisations() -> None:
    """Localities, regions, bodies with their functions, councils with members and chairs."""
    for row in organisations.LOCALITIES:
        Locality.objects.get_or_create(
            slug=row.slug,
            defaults={
                "mnemonic": row.mnemonic,
                "kind": row.kind,
                "name": row.name,
                "name_en": row.name_en,
                "official_code": row.official_code,
                "valid_from": row.valid_from,
            },
        )
    localities = {row.slug: row for row in Locality.objects.all()}
    for region in organisations.REGIONS:
        found, _created = Region.objects.get_or_create(
            slug=region.slug, defaults={"name": region.name, "name_en": region.name_en}
        )
        for slug in region.members:
            RegionMembership.objects.get_or_create(
                region=found, locality=localities[slug], valid_from=region.valid_from
            )
    _load_councils(localities)
    _load_bodies(localities)


def _load_councils(localities: dict[str, Locality]) -> None:
    for council in organisations.COUNCILS:
        body, _created = Organisation.objects.get_or_create(
            slug=council.slug,
            defaults={
                "kind": Organisation.Kind.COUNCIL,
                "name": council.name,
                "label": council.name,
                "name_en": council.name_en,
                "abbreviation": council.abbreviation,
                "valid_from": council.valid_from,
            },
        )
        for slug in council.members:
            CouncilMembership.objects.get_or_create(
                council=body, locality=localities[slug], valid_from=council.valid_from
            )
        for term in council.chairs:
            CouncilTerm.objects.get_or_create(
                council=body,
                chair_title=term.title,
                valid_from=term.valid_from,
                defaults={
                    "valid_to": term.valid_to,
                    "locality": localities.get(term.locality or ""),
                    "basis": term.basis,
                },
            )


def _load_bodies(localities: dict[str, Locality]) -> None:
    offices = {council.office: council.slug for council in organisations.COUNCILS}
    rows = {row.slug: row for row in organisations.ORGANISATIONS}
    for row in rows.values():
        body, _created = Organisation.objects.get_or_create(
            slug=row.slug,
            defaults={
                "kind": _KINDS[row.kind],
                "locality": localities.get(row.locality or ""),
                "name": row.name,
                "label": row.label,
                "name_en": row.name_en,
                "abbreviation": row.abbreviation,
                "letterhead": row.letterhead,
                "official_code": row.official_code,
                "valid_from": row.valid_from,
            },
        )
        # A Council's members are dated rows of their own, so its office has one function only.
        functions = {("council", None)} if row.slug in offices else set(row.functions)
        for kind, slug in functions:
            Function.objects.get_or_create(organisation=body, kind=kind, locality=localities.get(slug or ""))
    for row in rows.values():
        parent = offices.get(row.slug) or row.parent
        if parent:
            Organisation.objects.filter(slug=row.slug, parent=None).update(
                parent=Organisation.objects.get(slug=parent)
            )


def load_people() -> None:
    """Everybody of the demo with their seat; all share one password, hashed once."""
    encoded = make_password(PASSWORD)
    bodies = {body.slug: body for body in Organisation.objects.all()}
    for row in people.PEOPLE:
        person, created = Person.objects.get_or_create(
            username=row.username,
            defaults={
                "full_name": row.full_name,
                "email": row.email,
                "language": row.language,
                "password": encoded,
                "is_staff": row.level == "administrator",
                "is_superuser": row.level == "administrator",
            },
        )
        if not created:
            continue
        seat = Seat.objects.create(
            person=person,
            organisation=bodies.get(row.organisation or ""),
            level=row.level,
            title=row.title,
            valid_from=SINCE,
        )
        for kind in row.matters:
            DeputyMatter.objects.create(seat=seat, kind=kind)


def load_policies() -> None:
    """One locality with a choice of its own, so that the trial shows one: silence counts as agreement."""
    issued = datetime(2024, 5, 20, tzinfo=timezone.get_current_timezone())
    admin = Seat.objects.filter(level=Seat.Level.ADMINISTRATOR).select_related("person").first()
    Policy.objects.get_or_create(
        scope=Locality.objects.get(slug="tphcm").mnemonic,
        version=1,
        defaults={
            "valid_from": issued,
            "values": {"silence_is_agreement": True},
            "basis": "Quyết định số 1750/QĐ-UBND ngày 20/5/2024 của UBND Thành phố Hồ Chí Minh",
            "made_by": {"person_name": str(admin.person), "title": admin.title} if admin else {},
            "made_at": issued,
        },
    )
