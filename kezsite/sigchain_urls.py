"""Addresses of the sigchain process."""

from django.urls import include, path

urlpatterns = [
    path("", include("sigchain.urls")),
    path("", include("httpapi.urls")),
]
handler400 = "httpapi.problems.bad_request"
handler404 = "httpapi.problems.not_found"
handler500 = "httpapi.problems.server_error"
