"""The addresses of notices, decision links and the trial's mailbox."""

from __future__ import annotations

from django.conf import settings
from django.urls import path

from notifications import choice_views, views
from notifications.links import proof_views
from notifications.links import views as decision_views
from notifications.live import rest

urlpatterns = [
    path("notifications/", views.inbox, name="inbox"),
    path("notifications/read/", views.read_all, name="inbox-read"),
    path("notifications/settings/", choice_views.choices, name="notification-settings"),
    path("notifications/devices/", choice_views.device_on, name="device-on"),
    path("notifications/devices/<int:pk>/off/", choice_views.device_off, name="device-off"),
    path("push-worker.js", choice_views.push_worker, name="push-worker"),
    path("push/shown/", choice_views.push_shown, name="push-shown"),
    path("api/v1/inbox", rest.inbox, name="api-inbox"),
    path("api/v1/inbox/read", rest.mark, name="api-inbox-read"),
    path("proof/passkey/", proof_views.passkey_options, name="proof-passkey"),
    path("d/<str:selector>/", decision_views.decision, name="decision"),
    path("d/<str:selector>/report/", decision_views.report, name="decision-report"),
    path("d/<str:selector>/<str:secret>", decision_views.open_link, name="decision-open"),
    # Some mail programs end an address with a slash: it must not become a page that repeats its address.
    path("d/<str:selector>/<str:secret>/", decision_views.open_link),
]

if settings.TRIAL_MAILBOX:
    urlpatterns += [
        path("trial/mail/", views.trial_mail, name="trial-mail"),
        path("trial/mail/<int:pk>/", views.trial_mail_page, name="trial-mail-page"),
        path("trial/mail/<int:pk>/html/", views.trial_mail_html, name="trial-mail-html"),
    ]
