"""Files are judged by their content; their names are cleaned; they lie under random names."""

import io
import zipfile

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from coordination import attachments
from coordination.models import Attachment
from tests.people import NOW, seat


def office(*parts: str) -> bytes:
    """An Office file with these parts inside."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for part in ("[Content_Types].xml", *parts):
            archive.writestr(part, "<xml/>")
    return buffer.getvalue()


PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
ACCEPTED = {
    "to-trinh.pdf": (PDF, "application/pdf"),
    "Tờ trình.PDF": (PDF, "application/pdf"),
    "bien-ban.docx": (office("word/document.xml"), attachments.DOCX),
    "bang.xlsx": (office("xl/workbook.xml"), attachments.XLSX),
    "ban-do.png": (b"\x89PNG\r\n\x1a\n0000", "image/png"),
    "anh.jpg": (b"\xff\xd8\xff\xe0JFIF", "image/jpeg"),
    "anh.jpeg": (b"\xff\xd8\xff\xe1Exif", "image/jpeg"),
    "binh-do.dwg": (b"AC1032\x00\x00", "image/vnd.dwg"),
}
REFUSED = {
    "chay.exe": b"MZ\x90\x00",
    "trang.html": b"<!doctype html><script>alert(1)</script>",
    "hinh.svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "ngam.pdf": b"<html>%PDF-1.7",
    "nen.zip": office(),
    "macro.docx": office("word/document.xml", "word/vbaProject.bin"),
    "gia.docx": b"PK\x03\x04 but no archive",
    "cu.doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "rong.pdf": b"",
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_an_office_exchanges_is_accepted_by_its_content(name):
    content, expected = ACCEPTED[name]
    uploaded = SimpleUploadedFile(name, content, content_type="application/octet-stream")
    inspected = attachments.inspect(uploaded)
    assert inspected.content_type == expected
    assert inspected.size == len(content)
    assert uploaded.tell() == 0


@pytest.mark.parametrize("name", REFUSED)
def test_anything_else_is_refused_with_a_sentence_that_names_the_file(name):
    with pytest.raises(ValidationError) as refusal:
        attachments.inspect(SimpleUploadedFile(name, REFUSED[name], content_type="application/pdf"))
    assert name in refusal.value.messages[0]


def test_a_name_that_lies_about_the_content_is_refused():
    with pytest.raises(ValidationError) as refusal:
        attachments.inspect(SimpleUploadedFile("anh.png", PDF))
    assert refusal.value.code == "name"


def test_a_file_past_the_limit_is_refused_however_good_it_is(settings):
    settings.ATTACHMENT_MAX_BYTES = 20
    with pytest.raises(ValidationError) as refusal:
        attachments.inspect(SimpleUploadedFile("to.pdf", PDF + b"0" * 20))
    assert refusal.value.code == "too_big"


@pytest.mark.parametrize(
    "given, shown",
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\a\\Công văn.pdf", "Công văn.pdf"),
        ("anh\u202egpj.exe\x00.pdf", "anhgpj.exe.pdf"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
    ],
)
def test_a_name_carries_no_path_and_no_disguise(given, shown):
    assert attachments.clean_name(given) == shown


def test_a_stored_file_lies_under_a_random_name_with_its_digest(story):
    uploaded = SimpleUploadedFile("Tờ trình.pdf", PDF)
    stored = attachments.store(
        story.issue, uploaded, seat=seat("binhduong.gtvt.officer"), at=NOW, material=True
    )
    found = Attachment.objects.get(pk=stored.pk)
    assert (found.name, found.size, found.machine) == ("Tờ trình.pdf", len(PDF), "issue")
    assert found.sha256 == attachments.inspect(SimpleUploadedFile("a.pdf", PDF)).sha256
    assert "trình" not in found.file.name
    with found.file.open() as file:
        assert file.read() == PDF
