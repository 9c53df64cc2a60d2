"""Addresses of the sigchain service."""

from django.urls import path

from sigchain.views import ChainView, EventsView

urlpatterns = [
    path("v1/sigchains/ed25519/<str:primary>", ChainView.as_view(), name="sigchain"),
    path("v1/sigchains/ed25519/<str:primary>/events", EventsView.as_view(), name="sigchain-events"),
]
