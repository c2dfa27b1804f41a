"""A page as a person sees it: its text, its links, its forms with what they offer."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

from coordination.walkthrough.errors import Unexpected

_INPUTS_THAT_SEND = {"submit", "image", "button", "reset"}
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}


@dataclass
class Option:
    """One thing to choose: an option of a list, a radio button, a tick box."""

    value: str
    label: str = ""
    chosen: bool = False


@dataclass
class Control:
    """One named control: a line, a text, a list, boxes of one name, a file."""

    name: str
    kind: str  # hidden | text | textarea | select | checkbox | radio | file
    value: str = ""
    options: list[Option] = field(default_factory=list)
    multiple: bool = False
    upload: tuple[str, str, bytes] | None = None

    def sent(self) -> list[tuple[str, str]]:
        """What the browser sends of it."""
        if self.options or self.kind in {"select", "checkbox", "radio"}:
            chosen = [option.value for option in self.options if option.chosen]
            if self.kind == "select" and not self.multiple and not chosen and self.options:
                chosen = [self.options[0].value]
            return [(self.name, value) for value in chosen]
        return [] if self.kind == "file" else [(self.name, self.value)]

    def choose(self, wanted: str) -> None:
        """Choose by value, by label, or by a part of the label that only one option has."""
        found = (
            [option for option in self.options if option.value == wanted]
            or [option for option in self.options if option.label == wanted]
            or [option for option in self.options if wanted in option.label]
        )
        if len(found) != 1:
            offered = "; ".join(option.label or option.value for option in self.options)
            raise Unexpected(f"“{wanted}” is not one choice of {self.name}: {offered}")
        if not self.multiple and self.kind != "checkbox":
            for option in self.options:
                option.chosen = False
        found[0].chosen = True


@dataclass
class Form:
    """A form as rendered. ``blank_rows`` are the rows that the page's script can add."""

    action: str
    method: str = "get"
    enctype: str = ""
    controls: dict[str, Control] = field(default_factory=dict)
    blank_rows: dict[str, list[Control]] = field(default_factory=dict)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)  # name, value, words

    def fill(self, name: str, value: str | list[str]) -> None:
        """Type, choose or tick; raises ``Unexpected`` where the page does not ask for it."""
        control = self.control(name)
        if control.kind in {"select", "checkbox", "radio"}:
            for one in [value] if isinstance(value, str) else value:
                control.choose(one)
        else:
            assert isinstance(value, str)
            control.value = value

    def control(self, name: str) -> Control:
        """The control of this name."""
        if name not in self.controls:
            raise Unexpected(f"the form does not ask for {name}: {', '.join(self.controls)}")
        return self.controls[name]

    def attach(self, filename: str, content_type: str, content: bytes) -> None:
        """Choose a file, where the form asks for one."""
        control = next((one for one in self.controls.values() if one.kind == "file"), None)
        if control is None:
            raise Unexpected("the form does not ask for a file")
        control.upload = (filename, content_type, content)

    def has_row(self, rows: str, place: int) -> bool:
        """Whether there is such a row, or one can be added."""
        return rows in self.blank_rows or int(self.control(f"{rows}-TOTAL_FORMS").value) > place

    def row(self, rows: str, place: int) -> None:
        """See to it that there is a row: where the spare ones do not do, press “add a row”."""
        total = self.control(f"{rows}-TOTAL_FORMS")
        while int(total.value) <= place:
            if rows not in self.blank_rows:
                raise Unexpected(f"there is no row {place + 1} of {rows}, and none can be added")
            for blank in self.blank_rows[rows]:
                name = blank.name.replace("__prefix__", total.value)
                options = [Option(one.value, one.label, one.chosen) for one in blank.options]
                self.controls[name] = Control(name, blank.kind, blank.value, options, blank.multiple)
            total.value = str(int(total.value) + 1)

    @property
    def prefix(self) -> str:
        """What stands before each name where a page carries the forms of several steps."""
        ends = [name for name in self.controls if name.endswith("expected_version")]
        return ends[0].removesuffix("expected_version") if ends else ""


@dataclass
class Page:
    """An answer: its status, the address it came from in the end, and what is on it."""

    status: int
    url: str
    html: str
    text: str = ""
    forms: list[Form] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    alerts: list[str] = field(default_factory=list)

    def form(self, action: str = "", /, **hidden: str) -> Form | None:
        """The form with this pattern in its action and with these values, None where there is none."""
        for form in self.forms:
            carries = all(
                name in form.controls and form.controls[name].value == value for name, value in hidden.items()
            )
            if re.search(action, form.action) and carries:
                return form
        return None

    def link(self, pattern: str) -> str | None:
        """The first address on the page with this pattern in it."""
        return next((link for link in self.links if re.search(pattern, link)), None)


def read_page(status: int, url: str, html: str) -> Page:
    """Read the forms, links and words of a page."""
    reader = _Reader(Page(status, url, html))
    reader.feed(html)
    reader.close()
    return reader.finish()


class _Reader(HTMLParser):
    def __init__(self, page: Page) -> None:
        super().__init__(convert_charrefs=True)
        self.page = page
        self.form: Form | None = None
        self.in_template = 0
        self.skipped = 0
        self.select: Control | None = None
        self.area: Control | None = None
        self.words: list[str] = []
        self.label: tuple[str, list[str], list[Option]] | None = None
        self.option_words: list[str] | None = None
        self.button: tuple[str, str, list[str]] | None = None
        self.by_id: dict[str, Option] = {}
        self.labels: list[tuple[str, str]] = []
        self.depth = 0
        self.alert: tuple[int, list[str]] | None = None

    def finish(self) -> Page:
        for identity, words in self.labels:
            if identity in self.by_id:
                self.by_id[identity].label = words
        self.page.text = " ".join(" ".join(self.words).split())
        return self.page

    def handle_starttag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        attrs = {name: value or "" for name, value in given}
        if tag not in _VOID:
            self.depth += 1
        if (
            self.alert is None
            and "hidden" not in attrs
            and (attrs.get("role") == "alert" or "invalid-feedback" in attrs.get("class", ""))
        ):
            self.alert = (self.depth, [])
        handler = getattr(self, f"_on_{tag}", None)
        if handler is not None:
            handler(attrs)

    def _on_template(self, _attrs: dict[str, str]) -> None:
        self.in_template += 1

    def _on_script(self, _attrs: dict[str, str]) -> None:
        self.skipped += 1

    _on_style = _on_script

    def _on_a(self, attrs: dict[str, str]) -> None:
        if "href" in attrs:
            self.page.links.append(urljoin(self.page.url, attrs["href"]))

    def _on_form(self, attrs: dict[str, str]) -> None:
        action = urljoin(self.page.url, attrs.get("action", "")) or self.page.url
        self.form = Form(action, attrs.get("method", "get").lower(), attrs.get("enctype", ""))
        self.page.forms.append(self.form)

    def _on_label(self, attrs: dict[str, str]) -> None:
        self.label = (attrs.get("for", ""), [], [])

    def _on_button(self, attrs: dict[str, str]) -> None:
        self.button = (attrs.get("name", ""), attrs.get("value", ""), [])

    def _on_select(self, attrs: dict[str, str]) -> None:
        self.select = Control(attrs.get("name", ""), "select", multiple="multiple" in attrs)
        self._add(self.select)

    def _on_option(self, attrs: dict[str, str]) -> None:
        if self.select is not None:
            option = Option(attrs.get("value", ""), chosen="selected" in attrs)
            self.select.options.append(option)
            self.option_words = []

    def _on_textarea(self, attrs: dict[str, str]) -> None:
        self.area = Control(attrs.get("name", ""), "textarea")
        self._add(self.area)

    def _on_input(self, attrs: dict[str, str]) -> None:
        kind, name = attrs.get("type", "text"), attrs.get("name", "")
        if not name or kind in _INPUTS_THAT_SEND:
            return
        if kind not in {"checkbox", "radio"}:
            shown = kind if kind in {"hidden", "file"} else "text"
            self._add(Control(name, shown, attrs.get("value", "")))
            return
        option = Option(attrs.get("value", "on"), chosen="checked" in attrs)
        known = self.form.controls.get(name) if self.form and not self.in_template else None
        if known is None:
            known = Control(name, kind)
            self._add(known)
        known.options.append(option)
        if self.label is not None:
            self.label[2].append(option)
        if "id" in attrs:
            self.by_id[attrs["id"]] = option

    def _add(self, control: Control) -> None:
        if self.form is None or not control.name:
            return
        if not self.in_template:
            self.form.controls[control.name] = control
        elif "-__prefix__" in control.name:
            rows = control.name.partition("-__prefix__")[0]
            self.form.blank_rows.setdefault(rows, []).append(control)

    def handle_data(self, data: str) -> None:
        if self.area is not None:
            self.area.value += data
            return
        if self.skipped or (self.in_template and self.select is None):
            return
        if self.option_words is not None:
            self.option_words.append(data)
            return
        self.words.append(data)
        if self.label is not None:
            self.label[1].append(data)
        if self.button is not None:
            self.button[2].append(data)
        if self.alert is not None:
            self.alert[1].append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        elif tag == "template":
            self.in_template -= 1
        elif tag in {"script", "style"}:
            self.skipped -= 1
        elif tag == "textarea" and self.area is not None:
            # HTML drops the line break right after the tag.
            self.area.value = self.area.value.removeprefix("\r\n").removeprefix("\n")
            self.area = None
        elif tag == "option" and self.option_words is not None:
            assert self.select is not None
            self.select.options[-1].label = _plain(self.option_words)
            self.option_words = None
        elif tag == "select":
            self.select = None
        elif tag == "label" and self.label is not None:
            self._end_label(*self.label)
        elif tag == "button" and self.button is not None:
            if self.form is not None:
                name, value, words = self.button
                self.form.buttons.append((name, value, _plain(words)))
            self.button = None
        if tag in _VOID:
            return
        if self.alert is not None and self.alert[0] == self.depth:
            self.page.alerts.append(_plain(self.alert[1]))
            self.alert = None
        self.depth -= 1

    def _end_label(self, identity: str, words: list[str], options: list[Option]) -> None:
        said = _plain(words)
        for option in options:
            option.label = said
        if identity:
            self.labels.append((identity, said))
        self.label = None


def _plain(words: list[str]) -> str:
    return " ".join("".join(words).split())
