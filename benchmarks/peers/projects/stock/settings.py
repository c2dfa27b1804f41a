"""Settings of the viewflow project."""

from common import CONTENT_APPS, DATABASES, DEBUG, DEFAULT_AUTO_FIELD, MIGRATION_MODULES, SECRET_KEY, USE_TZ

__all__ = [
    "DATABASES",
    "DEBUG",
    "DEFAULT_AUTO_FIELD",
    "INSTALLED_APPS",
    "MIGRATION_MODULES",
    "SECRET_KEY",
    "USE_TZ",
]

INSTALLED_APPS = [*CONTENT_APPS, "viewflow", "viewflow.workflow", "rows", "stock"]
