"""Addresses of the pages."""

from django.urls import path

from profiles.views.activity import run_activity
from profiles.views.profile_list import home, profile_list, profile_rows
from profiles.views.state import profile_status, run_log_file
from profiles.views.viewer import profile_page

urlpatterns = [
    path("", home, name="home"),
    path("profiles/", profile_list, name="profile-list"),
    path("profiles/rows/", profile_rows, name="profile-rows"),
    path("profiles/<uuid:profile_id>/", profile_page, name="profile"),
    path(
        "profiles/<uuid:profile_id>/runs/<int:run>/activity/", run_activity, name="profile-activity"
    ),
    path("profiles/<uuid:profile_id>/runs/<int:run>/log/", run_log_file, name="profile-run-log"),
    path("profiles/<uuid:profile_id>/status/", profile_status, name="profile-status"),
    path(
        "profiles/<uuid:profile_id>/timeline/",
        profile_page,
        {"viewer": "timeline"},
        name="profile-timeline",
    ),
    path(
        "profiles/<uuid:profile_id>/summary/",
        profile_page,
        {"viewer": "summary"},
        name="profile-summary",
    ),
    path(
        "profiles/<uuid:profile_id>/devices/",
        profile_page,
        {"viewer": "devices"},
        name="profile-devices",
    ),
    path("profiles/<uuid:profile_id>/info/", profile_page, {"viewer": "info"}, name="profile-info"),
]
