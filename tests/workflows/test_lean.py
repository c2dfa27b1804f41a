"""Statements that are built once do what the ORM's own do."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.db.models.signals import post_delete, post_save, pre_save
from viewflow.workflow.activation import Activation

from coordination.models import Issue
from notifications.models import Notice
from tests.story import Story
from workflows.lean import Kept, LeanModel, insert, update
from workflows.models import Clock, Event, WorkItem

pytestmark = pytest.mark.django_db


def test_a_kept_query_reads_anew_for_each_value(story):
    first, second = story.to("triage"), Story(title="Cầu Mã Đà").to("submitted")
    by_title = Kept(lambda title, pk: Issue.objects.filter(title=title, pk=pk).select_related("home"))
    assert by_title(first.title, first.pk) == [first]
    assert by_title(second.title, second.pk) == [second]
    assert by_title(second.title, first.pk) == []
    [found] = by_title(first.title, first.pk)
    with_home = vars(found)["_state"].fields_cache
    assert with_home["home"] == first.home, "what was joined is there"
    assert vars(found)["_state"].adding is False


def test_a_kept_query_reads_plain_values(story):
    issue = story.to("triage")
    names = Kept(lambda pk: Event.objects.filter(record_id=pk).order_by("-seq").values_list("name", "data"))
    plain = Event.objects.filter(record_id=issue.pk).order_by("-seq").values_list("name", "data")
    assert names(issue.pk) == list(plain)


def test_a_value_that_has_no_place_is_refused():
    with pytest.raises(ValueError, match="place"):
        Kept(lambda pk, _unused: Issue.objects.filter(pk=pk))(1, 2)


def test_rows_are_written_as_the_orm_writes_them(story):
    clock = Clock.objects.filter(record_id=story.to("triage").pk, stopped_at=None).get()
    before = Clock.objects.filter(pk=clock.pk).values().get()
    copies = insert([Clock(**before | {"id": None, "record_id": 900 + n}) for n in range(3)])
    for copy in copies:
        kept = Clock.objects.filter(pk=copy.pk).values().get()
        assert kept | {"id": 0, "record_id": 0} == before | {"id": 0, "record_id": 0}
    copies[0].reminders, copies[0].key = 7, "not written"
    update(copies[0], ["reminders"])
    copies[0].refresh_from_db()
    assert (copies[0].reminders, copies[0].key) == (7, clock.key)
    copies[0].due_at += timedelta(days=1)
    copies[0].save()
    assert Clock.objects.get(pk=copies[0].pk).due_at == copies[0].due_at


def test_a_row_that_is_gone_is_not_written_in_silence(story):
    clock = Clock.objects.filter(record_id=story.to("triage").pk, stopped_at=None).get()
    Clock.objects.filter(pk=clock.pk).delete()
    with pytest.raises(DatabaseError, match="not there"):
        clock.save()


def test_more_rows_than_one_statement_takes(story):
    rows = [
        Clock(machine="issue", record_id=n, key="k", side="home", started_at=story.at) for n in range(501)
    ]
    insert(rows)
    assert len({row.pk for row in rows}) == 501
    assert Clock.objects.filter(key="k").count() == 501


def test_nobody_listens_to_what_sends_no_signal():
    lean = [*LeanModel.__subclasses__(), Notice, Issue]
    assert {Event, WorkItem, Clock} <= set(lean)
    for signal in (pre_save, post_save, post_delete):
        for model in lean:
            assert not any(signal._live_receivers(model)), model


def test_work_items_are_written_only_through_viewflow_s_activations(story):
    written = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if WorkItem._meta.db_table in sql and not sql.lstrip("( ").startswith("SELECT"):
            frame, through = sys._getframe(), False
            while frame is not None:
                known = frame.f_locals
                one = known.get("self", known.get("cls"))
                through = through or isinstance(one, Activation)
                through = through or (isinstance(one, type) and issubclass(one, Activation))
                frame = frame.f_back  # type: ignore[assignment]
            written.append((sql[:60], through))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        # Titles of their own: these steps are really taken, not laid from memory.
        for state in ("closed", "consulting", "council"):
            Story(title=f"Kênh Ba Bò, {state}").to(state)
    assert len(written) > 20
    assert [sql for sql, through in written if not through] == []
