"""The machines as pictures: read from the code, with only what the reader may know in them."""

from __future__ import annotations

import os
import re
from xml.etree import ElementTree

import pytest
import SpiffWorkflow
from django.test import Client
from lxml import etree

from coordination.queries.machines import counts_per_state
from tests.people import person
from workflows.charts import BOX_HEIGHT, BOX_WIDTH, Chart
from workflows.drawing import bpmn
from workflows.registry import registry

MACHINES = ("issue", "opinion", "meeting", "dossier", "commitment")
HOME, OTHER, STRANGER = "binhduong.skhdt.officer", "dongnai.skhdt.officer", "longan.skhdt.officer"


@pytest.mark.parametrize("machine", MACHINES)
def test_a_chart_shows_every_state_once_and_no_two_in_one_place(machine):
    chart = Chart(registry.machines[machine])
    places = [(box.x, box.y) for box in chart.boxes.values()]

    assert set(chart.boxes) == set(registry.machines[machine].State.values)
    assert len(set(places)) == len(places)
    assert all(0 <= x <= chart.width - BOX_WIDTH and 0 <= y <= chart.height - BOX_HEIGHT for x, y in places)


@pytest.mark.parametrize("machine", MACHINES)
def test_every_step_that_does_not_end_the_way_is_an_arrow(machine):
    model = registry.machines[machine]
    chart = Chart(model)
    drawn = {arrow.hint.split(": ")[0] for arrow in chart.arrows}
    for info in model.steps().values():
        for source in info.source:
            for target in set(info.target) - model.TERMINAL:
                assert f"{model.State(source).label} → {model.State(target).label}" in drawn
    ends = {arrow.hint.split(" → ")[1].split(": ")[0] for arrow in chart.arrows if arrow.way == "end"}
    assert ends == {str(model.State(state).label) for state in model.TERMINAL}


@pytest.mark.parametrize("machine", MACHINES)
def test_a_chart_is_well_formed_and_carries_no_style_element_or_script(machine):
    root = ElementTree.fromstring(Chart(registry.machines[machine], counts={}).svg())
    tags = {element.tag.rsplit("}", 1)[-1] for element in root.iter()}

    assert not tags & {"style", "script"}
    assert not any("style" in element.attrib for element in root.iter())


@pytest.mark.parametrize("machine", MACHINES)
def test_the_bpmn_of_every_flow_holds_against_the_schema(machine):
    folder = os.path.dirname(SpiffWorkflow.__file__)
    schema = etree.XMLSchema(etree.parse(os.path.join(folder, "bpmn", "parser", "schema", "BPMN20.xsd")))
    document = etree.fromstring(bpmn(machine).encode())

    schema.assertValid(document)


def test_bpmn_that_lacks_a_line_does_not_hold_against_the_schema():
    folder = os.path.dirname(SpiffWorkflow.__file__)
    schema = etree.XMLSchema(etree.parse(os.path.join(folder, "bpmn", "parser", "schema", "BPMN20.xsd")))
    broken = re.sub(r"<di:waypoint[^>]*/>", "", bpmn("meeting"))

    assert not schema.validate(etree.fromstring(broken.encode()))


@pytest.mark.django_db
def test_the_counts_are_of_records_whose_state_the_reader_may_know(story):
    story.to("bilateral")
    at = story.at

    assert counts_per_state(person(HOME), "issue", at) == {"bilateral": 1}
    assert counts_per_state(person(OTHER), "issue", at) == {}
    assert counts_per_state(person(OTHER), "meeting", at) == {"proposed": 1}
    assert counts_per_state(person(STRANGER), "meeting", at) == {}


@pytest.mark.django_db
def test_the_chart_shows_where_a_record_stands_to_who_may_see_it(story, client: Client):
    story.to("triage")
    address = f"/machines/issue/?record={story.issue.code}"
    client.force_login(person(HOME))
    page = client.get(address)

    assert page.status_code == 200
    assert 'aria-current="step"' in page.content.decode()
    for username in (OTHER, STRANGER):
        client.force_login(person(username))
        assert client.get(address).status_code == 404


@pytest.mark.django_db
def test_a_shared_record_stands_where_its_reader_knows_it_to_stand(story, client: Client):
    story.to("bilateral")
    client.force_login(person(OTHER))
    page = client.get(f"/machines/issue/?record={story.issue.code}").content.decode()

    assert re.search(r'id="state-bilateral" class="here"', page)
    # Where it had been at home is the home's own.
    assert 'fill="#dce8f7"' not in page


@pytest.mark.django_db
def test_there_is_no_page_for_a_word_that_is_no_machine(client: Client):
    client.force_login(person(HOME))
    assert client.get("/machines/nothing/").status_code == 404
    assert client.get("/machines/nothing.bpmn").status_code == 404
    assert client.get("/machines/issue.bpmn")["Content-Type"].startswith("application/xml")
