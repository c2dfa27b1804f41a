"""Every address of the product (the contract's table of addresses)."""

from django.urls import include, path

from coordination.admin import administration
from coordination.views import accounts, health, issues, work
from coordination.views.record_urls import urlpatterns as record_urls

urlpatterns = [
    path("", work.my_work, name="my-work"),
    path("issues/", issues.issue_list, name="issue-list"),
    path("issues/new/", issues.issue_new, name="issue-new"),
    path("issues/<str:key>/edit/", issues.issue_edit, name="issue-edit"),
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
