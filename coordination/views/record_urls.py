"""The addresses of records: pages, steps, acts, files (docs: the contract's table of addresses)."""

from django.urls import path, re_path

from coordination.views import acts, commitments, files, meetings, opinions, records, steps

_RECORD = r"^(?P<plural>issues|meetings|dossiers|commitments|opinions)/(?P<key>[^/]+)"

urlpatterns = [
    path("meetings/", meetings.meeting_list, name="meeting-list"),
    path("meetings/calendar.ics", meetings.calendar_feed, name="meeting-calendar"),
    path("meetings/<str:key>/calendar.ics", meetings.calendar_entry, name="meeting-entry"),
    path("dossiers/", records.dossier_list, name="dossier-list"),
    path("commitments/", commitments.commitment_list, name="commitment-list"),
    path("issues/<str:key>/", records.issue, name="issue"),
    path("issues/<str:key>/opinion-table/", opinions.opinion_table, name="opinion-table"),
    path("meetings/<str:key>/", records.meeting, name="meeting"),
    path("dossiers/<str:key>/", records.dossier, name="dossier"),
    path("commitments/<str:key>/", records.commitment, name="commitment"),
    path("opinions/<str:key>/", records.opinion, name="opinion"),
    re_path(_RECORD + r"/steps/(?P<step>[a-z_]+)/$", steps.step, name="step"),
    re_path(
        _RECORD + r"/acts/record_document/$",
        acts.record_document,
        {"act": "record_document"},
        name="act",
    ),
    re_path(_RECORD + r"/acts/(?P<act>[a-z_]+)/$", acts.act, name="act"),
    path("files/<int:pk>/", files.file, name="file"),
]
