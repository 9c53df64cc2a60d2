"""Addresses of the web process: each room spells out its own paths."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("registry.urls")),
    path("", include("reports.urls")),
    path("", include("chatbridge.urls")),
    path("", include("files.urls")),
    path("", include("pages.urls")),
    path("", include("httpapi.urls")),
]
handler400 = "httpapi.problems.bad_request"
handler404 = "httpapi.problems.not_found"
handler500 = "httpapi.problems.server_error"
