"""Refuses a translation file that lags behind the source, lacks a sentence or breaks a placeholder."""

import re
from collections.abc import Iterator
from typing import Any

import polib
from django.core.management.base import BaseCommand, CommandError

from .make_translations import CATALOGUE, ROOT, Message, extract_messages, key_of, read_catalogue

NAMED_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")
# `%s`, `%d`, `{}`, `{0}`: a translator can neither reorder nor understand them.
UNNAMED_PLACEHOLDER = re.compile(r"(?<!%)(?:%%)*%[-+ #0-9.]*[sdifr]\b|\{\d*\}")


class Command(BaseCommand):
    help = "Checks that coordination/locale/vi/LC_MESSAGES/django.po is complete and fits the source."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        source = extract_messages()
        catalogue = read_catalogue()
        entries = {key_of(entry): entry for entry in catalogue if not entry.obsolete}
        faults = [
            *(f"missing (`make messages`): {message.singular!r}" for message in source.keys() - entries),
            *(f"not used (`make messages`): {message.singular!r}" for message in entries.keys() - source),
            *(fault for message, (files, _) in source.items() for fault in faults_in_source(message, files)),
            *(fault for entry in entries.values() for fault in faults_in_translation(entry)),
        ]
        if faults:
            name = CATALOGUE.relative_to(ROOT)
            raise CommandError("\n  ".join([f"{name}: {len(faults)} faults", *sorted(faults)]))
        self.stdout.write(f"Translations are complete: {len(entries)} messages")


def faults_in_source(message: Message, files: set[str]) -> Iterator[str]:
    for text in filter(None, (message.singular, message.plural)):
        if UNNAMED_PLACEHOLDER.search(text):
            yield f"placeholder without a name: {text!r} in {', '.join(sorted(files))}"


def faults_in_translation(entry: polib.POEntry) -> Iterator[str]:
    if entry.fuzzy:
        yield f"marked fuzzy: {entry.msgid!r}"
    texts = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
    if not texts or not all(text.strip() for text in texts):
        yield f"not translated: {entry.msgid!r}"
        return
    # The plural form is the general one: the singular may leave the number out ("one day left").
    wanted = placeholders(entry.msgid_plural or entry.msgid)
    for text in texts:
        if placeholders(text) != wanted:
            yield f"placeholders differ: {entry.msgid!r} and {text!r}"


def placeholders(text: str) -> set[str]:
    return {percent or brace for percent, brace in NAMED_PLACEHOLDER.findall(text)}
