"""What every test has: the demo's organisations and people, and a story to tell with them."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.core.cache import cache
from django.utils import translation

from coordination.models import Person, Seat
from tests import prepared, snapshots
from tests.story import Story


@pytest.fixture(autouse=True)
def _begins_anew():
    """A page leaves its reader's language behind in the thread; a story begins from the loaded people."""
    translation.activate(settings.LANGUAGE_CODE)
    snapshots.begin_test()


@pytest.fixture(autouse=True)
def _nothing_counted():
    """Rate limits and once-only marks live in the cache, which no test's transaction empties."""
    cache.clear()


def pytest_configure():
    # The demo's one password is hashed and checked hundreds of times: a slow hash protects nobody here.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker, django_db_modify_db_settings):
    """Organisations and people, loaded once: each test runs in a transaction on top of them."""
    with django_db_blocker.unblock():
        prepared.open_test_database()
        snapshots.begin_session()
        yield
        prepared.close_test_database()


@pytest.fixture(autouse=True)
def files_of_the_test(tmp_path, monkeypatch):
    """Files, anchors and the like land in a folder of the test's own."""
    monkeypatch.setattr(settings, "MEDIA_ROOT", tmp_path / "files")
    monkeypatch.setattr(settings, "VAR_DIR", tmp_path)


@pytest.fixture
def story(db) -> Story:
    """A complete draft of Sở GTVT Bình Dương with Đồng Nai affected."""
    return Story()


@pytest.fixture
def second_officer(db) -> Seat:
    """A colleague at the focal point who proposes nothing, so that separation of duties lets them decide."""
    first = Seat.objects.get(person__username="binhduong.skhdt.officer")
    colleague = Person.objects.create(
        username="binhduong.skhdt.second", full_name="Lê Thị Hai", email="second@lientinh.test"
    )
    return Seat.objects.create(
        person=colleague, organisation=first.organisation, level="officer", title="Trưởng phòng"
    )


def pytest_collection_modifyitems(items):
    """The long files first: with two processes the short ones fill the gaps at the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
