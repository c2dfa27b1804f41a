"""The bottom package: how a record moves."""

from django.apps import AppConfig
from django.core.checks import Error, register
from django.utils.translation import gettext_lazy as _


@register()
def sockets_are_filled(app_configs, **kwargs):
    """Every socket of the registry must be filled by the packages above."""
    from workflows.registry import registry

    return [
        Error(
            f"The socket “{name}” of workflows.registry is empty.",
            hint="Fill it in the AppConfig.ready() of the package that answers it.",
            id="workflows.E001",
        )
        for name in registry.empty_sockets()
    ]


class WorkflowsConfig(AppConfig):
    name = "workflows"
    verbose_name = _("workflows")
