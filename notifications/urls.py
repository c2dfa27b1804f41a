"""The addresses of notices, decision links and the trial's mailbox."""

from __future__ import annotations

from django.conf import settings
from django.urls import path

from notifications import decision_views, views

urlpatterns = [
    path("notifications/", views.inbox, name="inbox"),
    path("notifications/read/", views.read_all, name="inbox-read"),
    path("d/<str:selector>/", decision_views.decision, name="decision"),
    path("d/<str:selector>/<str:secret>", decision_views.open_link, name="decision-open"),
]

if settings.TRIAL_MAILBOX:
    urlpatterns += [
        path("trial/mail/", views.trial_mail, name="trial-mail"),
        path("trial/mail/<int:pk>/", views.trial_mail_page, name="trial-mail-page"),
        path("trial/mail/<int:pk>/html/", views.trial_mail_html, name="trial-mail-html"),
    ]
