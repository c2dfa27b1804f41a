"""The top package joins the three: here the sockets of ``workflows.registry`` are filled."""

from django.apps import AppConfig


class CoordinationConfig(AppConfig):
    name = "coordination"
    verbose_name = "Coordination"

    def ready(self) -> None:
        from coordination import checks, joints  # noqa: F401 (importing checks registers them)

        joints.fill()
