"""The table of contents: health, the upload script, the API, the pages."""

from django.urls import include, path

from explorer_site.api_urls import health_and_scripts

urlpatterns = [
    *health_and_scripts,
    path("api/v1/", include("profiles.api.urls")),
    path("", include("profiles.urls")),
]
