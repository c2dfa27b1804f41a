"""The few things every page needs from the house: its icons."""

from collections.abc import Iterable

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

# `manage.py build_assets` draws exactly these into one sprite. Names are Tabler's.
ICONS = frozenset(
    {
        "alert-triangle",
        "archive",
        "arrow-back-up",
        "arrow-left",
        "arrow-right",
        "arrows-exchange",
        "bell",
        "building",
        "calendar",
        "calendar-event",
        "check",
        "chevron-down",
        "chevron-left",
        "chevron-right",
        "circle-check",
        "circle-x",
        "clipboard-check",
        "clock",
        "dots-vertical",
        "download",
        "edit",
        "external-link",
        "eye",
        "file-text",
        "files",
        "filter",
        "flag",
        "folder",
        "history",
        "home",
        "inbox",
        "info-circle",
        "key",
        "language",
        "link",
        "list-check",
        "lock",
        "logout",
        "mail",
        "map-pin",
        "menu-2",
        "message",
        "messages",
        "paperclip",
        "plus",
        "printer",
        "refresh",
        "route",
        "rubber-stamp",
        "search",
        "send",
        "settings",
        "shield-check",
        "sitemap",
        "trash",
        "upload",
        "user",
        "users",
        "users-group",
        "writing-sign",
        "x",
    }
)


@register.filter
def under(cells: Iterable[str], heads: Iterable[str]) -> list[tuple[str, str]]:
    """``{% for head, cell in row|under:table.head %}``: each cell with the head of its column."""
    return list(zip(heads, cells, strict=True))


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """`{% icon "bell" %}`: decoration beside a word. With a label, it is read out in the word's place."""
    if name not in ICONS:
        raise template.TemplateSyntaxError(f"icon {name!r} is not in ICONS ({__name__})")
    reference = f"{static('vendor/icons.svg')}#{name}"
    if not label:
        return format_html('<svg class="icon" aria-hidden="true"><use href="{}"/></svg>', reference)
    return format_html(
        '<svg class="icon" role="img" aria-label="{}"><use href="{}"/></svg>', label, reference
    )
