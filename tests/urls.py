"""Web and sigchain addresses in one process, for tests that need no process of their own."""

from django.urls import include, path

from kezsite import urls as web

urlpatterns = [path("", include("sigchain.urls")), *web.urlpatterns]
handler400, handler404, handler500 = web.handler400, web.handler404, web.handler500
