"""Copies what the pages use out of node_modules into coordination/static/vendor/, and nothing else."""

import json
import re
import shutil
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from django.core.management.base import BaseCommand, CommandError

from coordination.templatetags.house import ICONS

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = ROOT / "node_modules"
VENDOR = ROOT / "coordination" / "static" / "vendor"

FONT = "be-vietnam-pro"
FONT_WEIGHTS = (400, 500, 700)
# `vietnamese` holds only what `latin` lacks; the browser takes both by their unicode ranges.
FONT_SUBSETS = ("latin", "vietnamese")

SVG = "http://www.w3.org/2000/svg"
FONT_FACE = re.compile(r"@font-face\s*{[^}]*}")
FONT_FILE = re.compile(rf"url\(\./files/({FONT}-[a-z-]+-\d+-normal\.woff2)\) format\('woff2'\)")
# Points at a file we do not copy, and the static file storage refuses to follow it.
SOURCE_MAP = re.compile(r"/[/*][#@] sourceMappingURL=[^\s*]+(?: ?\*/)?")


class Command(BaseCommand):
    help = "Builds coordination/static/vendor/ from node_modules/ (after `npm ci`)."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        if not PACKAGES.is_dir():
            raise CommandError("node_modules/ is missing: run `make ready` (or `npm ci`) first.")
        shutil.rmtree(VENDOR, ignore_errors=True)
        VENDOR.mkdir(parents=True)
        copy_text("@tabler/core/dist/css/tabler.min.css", "tabler.css")
        copy_text("htmx.org/dist/htmx.min.js", "htmx.js")
        write_fonts()
        write_icons()
        write_notices()
        size = sum(file.stat().st_size for file in VENDOR.rglob("*") if file.is_file())
        self.stdout.write(f"Page assets built: {size // 1024} KiB in {VENDOR.relative_to(ROOT)}")


def copy_text(source: str, target: str) -> None:
    text = (PACKAGES / source).read_text(encoding="utf-8")
    (VENDOR / target).write_text(SOURCE_MAP.sub("", text), encoding="utf-8")


def write_fonts() -> None:
    """One style sheet with the faces we use, in the package's own unicode ranges."""
    package = PACKAGES / "@fontsource" / FONT
    (VENDOR / "fonts").mkdir()
    rules = []
    for weight in FONT_WEIGHTS:
        style = (package / f"{weight}.css").read_text(encoding="utf-8")
        for rule in FONT_FACE.findall(style):
            file = FONT_FILE.search(rule)
            if file and file[1] in {f"{FONT}-{subset}-{weight}-normal.woff2" for subset in FONT_SUBSETS}:
                shutil.copyfile(package / "files" / file[1], VENDOR / "fonts" / file[1])
                rules.append(re.sub(r"src:[^;]+;", f"src: url(fonts/{file[1]}) format('woff2');", rule))
    expected = len(FONT_WEIGHTS) * len(FONT_SUBSETS)
    if len(rules) != expected:
        raise CommandError(
            f"{len(rules)} of {expected} font faces found: has {package.name} changed its layout?"
        )
    (VENDOR / "fonts.css").write_text("\n".join(rules) + "\n", encoding="utf-8")


def write_icons() -> None:
    """One sprite of <symbol>s; the strokes take the colour of the text around them."""
    ElementTree.register_namespace("", SVG)
    sprite = ElementTree.Element(f"{{{SVG}}}svg")
    for name in sorted(ICONS):
        drawing = PACKAGES / "@tabler" / "icons" / "icons" / "outline" / f"{name}.svg"
        if not drawing.is_file():
            raise CommandError(f"There is no Tabler icon called {name!r}.")
        source = ElementTree.parse(drawing).getroot()  # noqa: S314 - a file of a package locked by its hash
        symbol = ElementTree.SubElement(sprite, f"{{{SVG}}}symbol", {"id": name, "viewBox": "0 0 24 24"})
        for key in ("fill", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin"):
            symbol.set(key, source.attrib[key])
        for shape in source:
            # Tabler draws an invisible square around each icon; it only costs bytes.
            if shape.attrib.get("stroke") != "none":
                symbol.append(shape)
    ElementTree.ElementTree(sprite).write(VENDOR / "icons.svg", encoding="utf-8", xml_declaration=True)


def write_notices() -> None:
    """The licences ask that their notice travels with the copies."""
    lines = []
    for name in ("@tabler/core", "@tabler/icons", "@fontsource/be-vietnam-pro", "htmx.org"):
        about = json.loads((PACKAGES / name / "package.json").read_text(encoding="utf-8"))
        lines.append(f"{name} {about['version']} ({about['license']})")
        lines += [file.read_text(encoding="utf-8") for file in sorted((PACKAGES / name).glob("LICENSE*"))]
    (VENDOR / "NOTICES.txt").write_text("\n\n".join(lines) + "\n", encoding="utf-8")
