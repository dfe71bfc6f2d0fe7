"""Addresses of the pages."""

from django.urls import path

from profiles.views.profile_list import home, profile_list, profile_rows
from profiles.views.viewer import profile_page, profile_status

urlpatterns = [
    path("", home, name="home"),
    path("profiles/", profile_list, name="profile-list"),
    path("profiles/rows/", profile_rows, name="profile-rows"),
    path("profiles/<uuid:profile_id>/", profile_page, name="profile"),
    path("profiles/<uuid:profile_id>/status/", profile_status, name="profile-status"),
    path(
        "profiles/<uuid:profile_id>/timeline/",
        profile_page,
        {"viewer": "timeline"},
        name="profile-timeline",
    ),
    path("profiles/<uuid:profile_id>/info/", profile_page, {"viewer": "info"}, name="profile-info"),
]
