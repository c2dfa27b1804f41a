"""``manage.py walkthrough``: real cases through the product's own front doors, from draft to closed."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import translation
from django.utils.translation import gettext as _

from coordination.walkthrough.errors import FAILURES
from coordination.walkthrough.mailbox import Mailbox
from coordination.walkthrough.people import Cast
from coordination.walkthrough.report import Outcome, last_event, play_route
from coordination.walkthrough.routes import ROUTES
from coordination.walkthrough.routes.model import Route
from coordination.walkthrough.server import Server, throw_away_server
from coordination.walkthrough.story import Story
from coordination.walkthrough.telling import as_json, as_story


class Command(BaseCommand):
    """Exit 1 if anything that was expected did not happen."""

    help = "Play real cases on a throw-away database and a real server, through the front doors."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--route", choices=list(ROUTES), help="one route; otherwise all of them")
        parser.add_argument("--json", action="store_true", help="the steps and notices as JSON")
        parser.add_argument(
            "--language", choices=list(dict(settings.LANGUAGES)), default=settings.LANGUAGE_CODE
        )

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = [ROUTES[options["route"]]] if options["route"] else list(ROUTES.values())
        tell = not options["json"]
        outcomes: list[Outcome] = []
        log, missing = "", []
        with translation.override(options["language"]):
            try:
                outcomes, log = self._play(chosen, tell=tell)
            except FAILURES as failure:
                # Not even a server to play on.
                missing = [str(failure)]
                self.stderr.write(str(failure))
        result = as_json(outcomes)
        result["problems"] += missing
        result["ok"] = result["ok"] and not missing
        if options["json"]:
            self.stdout.write(json.dumps(result, ensure_ascii=False, indent=1))
        if not result["ok"]:
            if log:
                self.stderr.write(log)
            sys.exit(1)

    def _play(self, routes: list[Route], *, tell: bool) -> tuple[list[Outcome], str]:
        outcomes = []
        if tell:
            self.stdout.write(_("Preparing a throw-away database and a server …"))
        with throw_away_server() as server:
            actors = {beat.by for route in routes for beat in route.case.plot}
            cast, mailbox = Cast(server.address, actors=actors), Mailbox(server.address)
            try:
                for route in routes:
                    outcomes.append(self._play_one(route, server, cast, mailbox))
                    if tell:
                        for line in as_story(outcomes[-1]):
                            self.stdout.write(line)
            finally:
                cast.leave()
        return outcomes, server.log_end

    def _play_one(self, route: Route, server: Server, cast: Cast, mailbox: Mailbox) -> Outcome:
        story = Story(route.case, cast, mailbox, since=last_event(server))
        return play_route(route, server, cast, story)
