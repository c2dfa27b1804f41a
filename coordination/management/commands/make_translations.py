"""Brings the translation files in step with the source, without GNU gettext.

Source sentences are English; coordination/locale/vi holds the Vietnamese that people see by default.
"""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import polib
from babel.messages.extract import DEFAULT_KEYWORDS, extract_python
from django.core.management.base import BaseCommand
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[3]
SOURCES = ("coordination", "notifications", "workflows", "templates")
CATALOGUE = ROOT / "coordination" / "locale" / "vi" / "LC_MESSAGES" / "django.po"

# gettext's names for its functions, and for each the places of singular, plural and (with a "c") context.
KEYWORDS: dict[str, Any] = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
# Vietnamese has one form for every number.
METADATA = {
    "Project-Id-Version": "lien-tinh",
    "Language": "vi",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=1; plural=0;",
}


class Message(NamedTuple):
    context: str | None
    singular: str
    plural: str


class Command(BaseCommand):
    help = "Updates coordination/locale/vi/LC_MESSAGES/django.po from the source; keeps what is translated."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        found = extract_messages()
        kept = {key_of(entry): entry for entry in read_catalogue()}
        catalogue = polib.POFile(wrapwidth=100)
        catalogue.metadata = METADATA
        for message, (files, comments) in sorted(found.items(), key=lambda item: sort_key(item[0])):
            entry = polib.POEntry(msgctxt=message.context, msgid=message.singular)
            old = kept.pop(message, None)
            if message.plural:
                entry.msgid_plural = message.plural
                entry.msgstr_plural = {0: old.msgstr_plural.get(0, "") if old else ""}
            else:
                entry.msgstr = old.msgstr if old else ""
            entry.tcomment = old.tcomment if old else ""
            entry.flags = [flag for flag in old.flags if flag == "fuzzy"] if old else []
            # No line numbers: a file that changes with every moved line hides what was really changed.
            entry.occurrences = [(name, "") for name in sorted(files)]
            entry.comment = "\n".join(sorted(comments))
            catalogue.append(entry)
        CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
        catalogue.save(str(CATALOGUE))
        gone = [message.singular for message, entry in kept.items() if entry.msgstr or entry.msgstr_plural]
        for singular in gone:
            self.stdout.write(f"no longer used: {singular}")
        missing = sum(not entry.translated() for entry in catalogue)
        self.stdout.write(f"{len(catalogue)} messages, {missing} without a translation")


def read_catalogue() -> polib.POFile:
    return polib.pofile(str(CATALOGUE)) if CATALOGUE.exists() else polib.POFile()


def key_of(entry: polib.POEntry) -> Message:
    return Message(entry.msgctxt, entry.msgid, entry.msgid_plural or "")


def sort_key(message: Message) -> tuple[str, str, str]:
    # By text and not by place, so that moving code moves nothing here.
    return (message.singular.casefold(), message.singular, message.context or "")


def extract_messages() -> dict[Message, tuple[set[str], set[str]]]:
    """Every message of the source, with the files that use it and what they say to the translator."""
    found: dict[Message, tuple[set[str], set[str]]] = {}
    for path in source_files():
        for message, comments in messages_in(path):
            files, remarks = found.setdefault(message, (set(), set()))
            files.add(path.relative_to(ROOT).as_posix())
            remarks.update(comments)
    return found


def source_files() -> Iterator[Path]:
    for name in SOURCES:
        for path in sorted((ROOT / name).rglob("*")):
            inside = path.relative_to(ROOT).parts
            if "migrations" in inside or "static" in inside:
                continue
            if path.suffix == ".py" or (path.suffix in {".html", ".txt"} and "templates" in inside):
                yield path


def messages_in(path: Path) -> Iterator[tuple[Message, list[str]]]:
    source = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # Django turns a template into something that reads like Python calls on otherwise blank lines; its
        # indentation means nothing and would be refused.
        source = re.sub(r"(?m)^[ \t]+", "", templatize(source, origin=str(path)))
    stream = io.BytesIO(source.encode())
    calls: Any = extract_python(stream, KEYWORDS, ["Translators:"], {})
    for _line, function, arguments, comments in calls:
        message = message_of(function, arguments)
        if message:
            yield message, [re.sub(r"^Translators: *", "", comment) for comment in comments]


def message_of(function: str, arguments: Any) -> Message | None:
    spec = KEYWORDS[function] or (1,)
    texts = arguments if isinstance(arguments, (tuple, list)) else (arguments,)
    context = None
    forms: list[str] = []
    for place in spec:
        number, is_context = (place[0], True) if isinstance(place, tuple) else (place, False)
        text = texts[number - 1] if number <= len(texts) else None
        if not text:
            # A variable where a text should stand: nothing that could be translated beforehand.
            return None
        if is_context:
            context = text
        else:
            forms.append(text)
    return Message(context, forms[0], forms[1] if len(forms) > 1 else "")
