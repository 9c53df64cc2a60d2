"""Addresses of a server with a bug."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from kezsite import urls


def fault(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("nobody foresaw this")


urlpatterns = [path("fault", fault), *urls.urlpatterns]
handler400, handler404, handler500 = urls.handler400, urls.handler404, urls.handler500
