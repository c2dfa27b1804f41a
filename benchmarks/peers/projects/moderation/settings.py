"""Settings of the Wagtail project: the applications that its project template lists."""

from common import (
    CONTENT_APPS,
    DATABASES,
    DEBUG,
    DEFAULT_AUTO_FIELD,
    EMAIL_BACKEND,
    MIGRATION_MODULES,
    SECRET_KEY,
    USE_TZ,
)

__all__ = [
    "DATABASES",
    "DEBUG",
    "DEFAULT_AUTO_FIELD",
    "EMAIL_BACKEND",
    "INSTALLED_APPS",
    "MIGRATION_MODULES",
    "SECRET_KEY",
    "USE_TZ",
]

INSTALLED_APPS = [
    "moderation",
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "django.contrib.admin",
    *CONTENT_APPS,
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
ROOT_URLCONF = "moderation.urls"
STATIC_URL = "/static/"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
WAGTAIL_SITE_NAME = "Moderation"
WAGTAILADMIN_BASE_URL = "http://localhost"
