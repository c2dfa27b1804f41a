"""Sentences of Django itself that its own Vietnamese catalogue lacks or words otherwise; ours supplies them.

Naming them here keeps them in coordination/locale (``manage.py make_translations``): an
administrator would otherwise read English between Vietnamese. What Django translates meanwhile can
go; ours comes first either way.
"""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

ADMINISTRATION = (
    _("Add link"),
    _("Added:"),
    _("After you’ve created a user, you’ll be able to edit more user options."),
    _("Breadcrumbs"),
    _("Change or view list link"),
    _("Changed:"),
    _("Deleted:"),
    _("Disable password-based authentication"),
    _("Enable password-based authentication"),
    _("Error:"),
    _("Filter navigation items"),
    _("Hide counts"),
    _("Model name"),
    _("Select all objects on this page for an action"),
    _("Show counts"),
    _("Sidebar"),
    _("Skip to main content"),
    _("This action will <strong>enable</strong> password-based authentication for this user."),
    _("Toggle navigation"),
    _("Toggle theme (current theme: auto)"),
    _("Toggle theme (current theme: dark)"),
    _("Toggle theme (current theme: light)"),
    _("View selected %(model)s"),
    _("Welcome,"),
)
PASSWORDS = (
    _("Conflicting form data submitted. Please try again."),
    _("Disabled"),
    _("Enable password-based authentication for this user by setting a password."),
    _("Enabled"),
    _(
        "Enter a valid username. This value may contain only unaccented lowercase a-z and uppercase "
        "A-Z letters, numbers, and @/./+/-/_ characters."
    ),
    _("Password-based authentication"),
    _("Password-based authentication was disabled."),
    _("Please enter a correct %(username)s and password. Note that both fields may be case-sensitive."),
    _("Raw passwords are not stored, so there is no way to see the user’s password."),
    _("Reset password"),
    _("Set password"),
    _(
        "Whether the user will be able to authenticate using a password or not. If disabled, they "
        "may still be able to authenticate using other backends, such as Single Sign-On or LDAP."
    ),
)
FORMS = (
    _("Enter a complete value."),
    _("Enter a valid “slug” consisting of letters, numbers, underscores or hyphens."),
    _(
        "ManagementForm data is missing or has been tampered with. Missing fields: %(field_names)s. "
        "You may need to file a bug report if the issue persists."
    ),
    _("Null characters are not allowed."),
)
