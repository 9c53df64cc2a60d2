"""Addresses of the sigchain service."""

from django.urls import path

from sigchain.views import ChainView, EventsView

urlpatterns = [
    path("v1/sigchains/ed25519/<str:pk>", ChainView.as_view(), name="sigchain"),
    path("v1/sigchains/ed25519/<str:pk>/events", EventsView.as_view(), name="sigchain-events"),
]
