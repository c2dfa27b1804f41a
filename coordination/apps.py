"""The top package joins the three: here the sockets of ``workflows.registry`` are filled."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoordinationConfig(AppConfig):
    name = "coordination"
    verbose_name = _("coordination")

    def ready(self) -> None:
        from coordination import checks, joints  # noqa: F401 (importing checks registers them)

        joints.fill()
