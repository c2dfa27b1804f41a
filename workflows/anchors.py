"""Anchors: the heads of all chains, signed and written outside the database (``var/anchors``).

Without them a cut tail or a chain rewritten from one event on, heads included, would look whole.
Each anchor lists the heads that moved since the one before, so a file grows with a day's work.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Max
from django.utils import timezone

from workflows.audit import Fault
from workflows.models import Anchor, Event


def anchor_dir() -> Path:
    """Where the lists lie: beside the database, never in it."""
    return Path(settings.VAR_DIR) / "anchors"


def _sign(body: bytes) -> str:
    return hmac.new(settings.AUDIT_ANCHOR_KEY.encode(), body, hashlib.sha256).hexdigest()


def make_anchor(*, at: datetime) -> Anchor | None:
    """Sign the heads that moved since the last anchor; None where nothing moved."""
    since = Anchor.objects.aggregate(last=Max("last_event_id"))["last"] or 0
    moved = (
        Event.objects.filter(id__gt=since)
        .values("machine", "record_id")
        .annotate(last_seq=Max("seq"), last_id=Max("id"))
        .order_by("machine", "record_id")
    )
    rows = list(moved)
    if not rows:
        return None
    ends = {
        (event.machine, event.record_id): event
        for event in Event.objects.filter(id__in=[row["last_id"] for row in rows])
    }
    heads = [
        [event.machine, event.record_id, event.record_ref, event.seq, event.hash]
        for event in (ends[row["machine"], row["record_id"]] for row in rows)
    ]
    last_event_id = max(row["last_id"] for row in rows)
    said = {"made_at": at.isoformat(), "after": since, "last": last_event_id, "heads": heads}
    body = json.dumps(said, separators=(",", ":")).encode()
    anchor = Anchor.objects.create(
        made_at=at,
        last_event_id=last_event_id,
        chains=len(heads),
        digest=hashlib.sha256(body).hexdigest(),
        signature=_sign(body),
    )
    folder = anchor_dir()
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{anchor.pk:08d}.json"
    file.write_bytes(body)
    file.with_suffix(".sig").write_text(anchor.signature)
    return anchor


def anchor_if_due(now: datetime) -> Anchor | None:
    """One anchor a day, made by whoever comes first after midnight."""
    last = Anchor.objects.order_by("-id").first()
    if last and timezone.localtime(last.made_at).date() >= timezone.localtime(now).date():
        return None
    return make_anchor(at=now)


def anchor_faults() -> Iterator[Fault]:
    """Compare every signed head with the chains as they are now; name what differs."""
    files = {int(file.stem): file for file in sorted(anchor_dir().glob("*.json"))}
    rows = {anchor.pk: anchor for anchor in Anchor.objects.all()}
    for pk in sorted(set(rows) | set(files)):
        file, row = files.get(pk), rows.get(pk)
        name = f"anchor-{pk}"
        if file is None:
            yield Fault("anchor_file_missing", "anchor", name, 0)
            continue
        body = file.read_bytes()
        signature = file.with_suffix(".sig")
        signed = signature.read_text() if signature.exists() else ""
        if not hmac.compare_digest(signed, _sign(body)):
            yield Fault("anchor_forged", "anchor", name, 0)
            continue
        said = json.loads(body)
        # Were last_event_id moved forward, the next anchor would leave out what lies between.
        if row is None or (
            row.digest,
            row.signature,
            row.made_at,
            row.chains,
            row.last_event_id,
        ) != (
            hashlib.sha256(body).hexdigest(),
            signed,
            datetime.fromisoformat(said["made_at"]),
            len(said["heads"]),
            said.get("last"),
        ):
            yield Fault("anchor_row_differs", "anchor", name, 0)
        yield from _compare(said["heads"])


def _compare(heads: list[list[Any]]) -> Iterator[Fault]:
    for machine, record_id, ref, seq, expected in heads:
        found = Event.objects.filter(machine=machine, record_id=record_id, seq=seq).first()
        if found is None:
            yield Fault("cut_tail", machine, ref, seq, "signed by an anchor, gone since")
        elif found.hash != expected:
            yield Fault("rewritten_chain", machine, ref, seq, "differs from the signed head")
