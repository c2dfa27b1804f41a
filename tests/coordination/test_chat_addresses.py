"""An administrator sets a person's chat address; nobody is ever shown it again."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from notifications.models import ChatAddress
from tests.page_forms import forms_in
from tests.people import person

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
HEAD = "binhduong.gtvt.head"
SECRET = "tgram://123456789:AbCdEf-khoa-rieng/456/"


@pytest.fixture
def admin(client):
    client.force_login(person("admin"))
    return client


def address_page() -> str:
    return reverse("admin:coordination_person_change", args=[person(HEAD).pk])


def typed(admin, **changes: str) -> dict[str, str]:
    forms = forms_in(admin.get(address_page()).content.decode())
    [form] = [form for form in forms if "chat_addresses-TOTAL_FORMS" in form.fields]
    return {**{name: value for name, value in form.fields.items() if name != "_addanother"}, **changes}


def add(admin, address: str):
    fields = typed(
        admin,
        **{
            "chat_addresses-TOTAL_FORMS": "1",
            "chat_addresses-0-label": "Telegram cơ quan",
            "chat_addresses-0-address": address,
            "chat_addresses-0-person": str(person(HEAD).pk),
            "chat_addresses-0-id": "",
        },
    )
    return admin.post(address_page(), fields)


def test_it_is_set_once_with_who_set_it_and_never_shown_again(admin):
    assert add(admin, SECRET).status_code == 302
    kept = ChatAddress.objects.get()
    assert (kept.person, kept.address) == (person(HEAD), SECRET)
    assert kept.set_by == {"person": person("admin").pk, "name": str(person("admin"))}
    shown = admin.get(address_page()).content.decode()
    assert "Telegram cơ quan" in shown
    assert "khoa-rieng" not in shown
    said = " ".join(f"{row.object_repr} {row.change_message}" for row in LogEntry.objects.all())
    assert "khoa-rieng" not in said


def test_left_empty_it_stays_and_the_label_may_change(admin):
    add(admin, SECRET)
    fields = typed(admin, **{"chat_addresses-0-label": "Telegram riêng", "chat_addresses-0-address": ""})
    assert admin.post(address_page(), fields).status_code == 302
    kept = ChatAddress.objects.get()
    assert (kept.label, kept.address) == ("Telegram riêng", SECRET)


def test_it_can_be_taken_away(admin):
    add(admin, SECRET)
    admin.post(address_page(), typed(admin, **{"chat_addresses-0-DELETE": "on"}))
    assert not ChatAddress.objects.exists()


@pytest.mark.parametrize("address", ["không phải địa chỉ", "dbus://", ""])
def test_what_cannot_be_used_is_refused_and_not_repeated(admin, address):
    answer = add(admin, address)
    assert answer.status_code == 200
    assert not ChatAddress.objects.exists()
    assert not address or f'value="{address}"' not in answer.content.decode()


def test_only_administrators_get_there(client):
    client.force_login(person("binhduong.skhdt.head"))
    assert client.get(address_page()).status_code == 302
    assert client.post(address_page(), {}).status_code == 302
