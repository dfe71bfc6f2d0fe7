"""The table of contents of a server without pages: health, the upload script, the API."""

from django.urls import include, path, re_path

from explorer_site.health import alive, ready, report
from explorer_site.upload_script import upload_script
from profiles.api.unknown import UnknownView

health_and_scripts = [
    path("healthz", alive, name="healthz"),
    path("readyz", ready, name="readyz"),
    path("upload.py", upload_script, name="upload-script"),
    path("api/v1/health", report, name="api-health"),
]
urlpatterns = [
    *health_and_scripts,
    path("api/v1/docs/", UnknownView.as_view()),  # a page; the schema is there
    path("api/v1/", include("profiles.api.urls")),
    re_path(r"^.*$", UnknownView.as_view()),
]
