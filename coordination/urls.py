"""Every address of the product (the contract's table of addresses)."""

from django.urls import include, path

from coordination.admin import administration
from coordination.views import (
    accounts,
    aggregation,
    calendars,
    health,
    issues,
    machines,
    policies,
    sessions,
    submissions,
    substitutions,
    tonight,
    work,
)
from coordination.views.record_urls import urlpatterns as record_urls

urlpatterns = [
    path("", work.my_work, name="my-work"),
    path("issues/", issues.issue_list, name="issue-list"),
    path("issues/new/", issues.issue_new, name="issue-new"),
    path("issues/<str:key>/edit/", issues.issue_edit, name="issue-edit"),
    path("aggregation/", aggregation.suggestions, name="aggregation"),
    path("submissions/new/", submissions.draft_new, name="submission-new"),
    path("submissions/<str:key>/", submissions.submission, name="submission"),
    path("submissions/<str:key>/edit/", submissions.draft_edit, name="submission-edit"),
    path("sessions/", sessions.session_list, name="session-list"),
    path("sessions/new/", sessions.session_new, name="session-new"),
    path("sessions/<int:pk>/", sessions.session, name="session"),
    path("sessions/<int:pk>/move/", sessions.session_move, name="session-move"),
    path("machines/", machines.machine, name="machines"),
    path("machines/<slug:machine>.bpmn", machines.machine_bpmn, name="machine-bpmn"),
    path("machines/<slug:machine>/", machines.machine, name="machine"),
    path("substitutions/", substitutions.substitutions, name="substitution-list"),
    path("substitutions/new/", substitutions.substitution_new, name="substitution-new"),
    path("substitutions/<int:pk>/", substitutions.substitution, name="substitution"),
    path("substitutions/<int:pk>/confirm/", substitutions.substitution_confirm, name="substitution-confirm"),
    path("substitutions/<int:pk>/end/", substitutions.substitution_end, name="substitution-end"),
    path("tonight/", tonight.tonight, name="tonight"),
    path("policies/", policies.policy_list, name="policy-list"),
    path("policies/<str:mnemonic>/", policies.policy, name="policy"),
    path("policies/<str:mnemonic>/new/", policies.policy_new, name="policy-new"),
    path("calendars/", calendars.calendar_list, name="calendar-list"),
    path("calendars/<str:word>/", calendars.calendar, name="calendar"),
    path("calendars/<str:word>/<slug:kind>/", calendars.calendar_change, name="calendar-change"),
    path("accounts/sign-in/", accounts.SignIn.as_view(), name="sign-in"),
    path("accounts/sign-in/as/", accounts.sign_in_as, name="sign-in-as"),
    path("accounts/sign-out/", accounts.SignOut.as_view(), name="sign-out"),
    path("i18n/setlang/", accounts.set_language, name="set_language"),
    path("healthz", health.healthz, name="healthz"),
    path("admin/", administration.urls),
    # After our own: a record's key may be any word but "new".
    *record_urls,
    path("", include("notifications.urls")),
]
