"""A process of the product in which one thing goes wrong: ``faulty.py web|worker|beat FAULT [PORT]``,
where a worker has its number in the place of the port.

It is the product's own process, with a ``kill -9`` at a named place; and nothing waits as long as in
service: leases, retries and polls take seconds.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FAULTS = ("none", "before-wake-up", "after-accept", "mid-batch", "capacity-1")


def die(*_: Any, **__: Any) -> None:
    """As the kernel ends a process: nothing is said, nothing is closed."""
    os.kill(os.getpid(), signal.SIGKILL)


def main(what: str, fault: str, port: str = "") -> None:
    """Run the process."""
    sys.path.insert(0, str(ROOT))
    os.environ["DJANGO_SETTINGS_MODULE"] = "coordination.settings"
    # Set up here already, so what coordination/asgi.py would say is said here.
    os.environ["DATABASE_POOL_MAX"] = "8" if what == "web" else "0"

    import django
    from django.conf import settings

    assert fault in FAULTS, fault
    if fault == "capacity-1":
        memory = {"BACKEND": "channels.layers.InMemoryChannelLayer", "CONFIG": {"capacity": 1}}
        settings.CHANNEL_LAYERS = {"default": memory}
    settings.EMAIL_TIMEOUT = 1
    django.setup()

    from notifications import inbox
    from notifications.delivery import outbox
    from notifications.delivery.email import Email
    from notifications.live import reader

    outbox.LEASE = timedelta(seconds=3)
    outbox.FIRST_WAIT = timedelta(seconds=0.3)
    outbox.LONGEST_WAIT = timedelta(seconds=1)
    reader.POLL_SECONDS = (1.0, 2.0)
    if fault == "before-wake-up":
        inbox.wake = die
    deliver, sent = Email.deliver, [0]
    if fault == "after-accept":

        def accepted_then_dead(self: Email, mail: Any) -> None:
            deliver(self, mail)
            die()

        Email.deliver = accepted_then_dead  # type: ignore[method-assign]
    if fault == "mid-batch":

        def dead_before_the_second(self: Email, mail: Any) -> None:
            sent[0] += 1
            if sent[0] == 2:
                die()
            deliver(self, mail)

        Email.deliver = dead_before_the_second  # type: ignore[method-assign]
    if what == "web":
        import uvicorn

        uvicorn.run(
            "coordination.asgi:application",
            host="127.0.0.1",
            port=int(port),
            lifespan="on",
            log_level="warning",
            timeout_graceful_shutdown=2,
        )
        return
    from coordination.celery import app

    if what == "beat":
        app.start(["beat", "--pidfile=", "--loglevel", "WARNING"])
    else:
        # To be killed it does the work itself, so that nothing of it is left; else it is as in service.
        pool = ("--concurrency", "1") if fault == "none" else ("--pool", "solo")
        options = (*pool, "--without-gossip", "--without-mingle", "--loglevel", "WARNING")
        app.worker_main(["worker", *options, "--hostname", f"{fault}{port}@here"])


if __name__ == "__main__":
    main(*sys.argv[1:])
