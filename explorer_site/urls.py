"""The table of contents: health, the upload script, the API, the pages."""

from django.urls import include, path

from explorer_site.health import alive, ready, report
from explorer_site.upload_script import upload_script

urlpatterns = [
    path("healthz", alive, name="healthz"),
    path("readyz", ready, name="readyz"),
    path("upload.py", upload_script, name="upload-script"),
    path("api/v1/health", report, name="api-health"),
    path("api/v1/", include("profiles.api.urls")),
    path("", include("profiles.urls")),
]
