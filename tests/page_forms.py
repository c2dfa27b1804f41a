"""The forms of a page, as somebody without scripts would send them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

CHOICES = {"checkbox", "radio"}


@dataclass
class PageForm:
    """One form: where it goes, and what it holds when nothing is typed."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[PageForm] = []
        self.links: list[str] = []
        self._form: PageForm | None = None
        self._select: str | None = None
        self._text: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = PageForm(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self._form)
        elif tag in {"a", "link", "img", "iframe", "area"}:
            self.links += [given[name] for name in ("href", "src") if given.get(name)]
        elif self._form is not None:
            self._field(tag, given)

    def _field(self, tag: str, given: dict[str, str]) -> None:
        assert self._form is not None
        name, kind = given.get("name", ""), given.get("type", "")
        if tag == "button" or (tag == "input" and kind in {"submit", "image"}):
            self._form.buttons.append((name, given.get("value", "")))
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select:
            if "selected" in given:
                self._form.fields[self._select] = given.get("value", "")
            self._form.fields.setdefault(self._select, given.get("value", ""))
        elif tag == "textarea" and name:
            self._text, self._form.fields[name] = name, ""
        elif tag == "input" and name and kind != "file" and (kind not in CHOICES or "checked" in given):
            # A ticked box without a value of its own is sent as "on".
            self._form.fields[name] = given.get("value", "on" if kind in CHOICES else "")

    def handle_data(self, data: str) -> None:
        if self._form is not None and self._text is not None:
            self._form.fields[self._text] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea" and self._form is not None and self._text is not None:
            # A line break right after <textarea> belongs to the mark-up.
            self._form.fields[self._text] = self._form.fields[self._text].removeprefix("\n")
            self._text = None


def forms_in(html: str) -> list[PageForm]:
    """Every form of a page."""
    return _read(html).forms


def links_in(html: str) -> list[str]:
    """Every address a page leads to or loads, forms apart."""
    return _read(html).links


def _read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    return reader
