"""The top package joins the three: here the sockets of ``workflows.registry`` are filled."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_delete, post_migrate, post_save
from django.utils.translation import gettext_lazy as _


class CoordinationConfig(AppConfig):
    name = "coordination"
    verbose_name = _("coordination")

    def ready(self) -> None:
        from coordination import checks, errors, joints, logs  # noqa: F401 (importing checks registers them)
        from workflows.registry import registry

        errors.start()
        logs.watch_statements()
        joints.fill()
        for model in registry.reference:
            for signal in (post_save, post_delete):
                signal.connect(_reference_changed, sender=model)
        post_migrate.connect(_lay_triggers, sender=self)


def _reference_changed(instance: Any, **_kwargs: Any) -> None:
    from coordination.seat_changes import tell_at_once
    from workflows.remembering import changed

    changed()
    tell_at_once(instance)


def _lay_triggers(*, using: str, **_kwargs: Any) -> None:
    from workflows.registry import registry
    from workflows.stamping import lay_triggers

    lay_triggers(using, registry.reference)
