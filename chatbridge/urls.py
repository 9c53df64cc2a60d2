"""Addresses of the NATS room."""

from django.urls import path

from chatbridge.views import RefusalView, internal_auth

urlpatterns = [
    path("v1/nats/refusal", RefusalView.as_view(), name="nats-refusal"),
    path("internal/nats/auth", internal_auth, name="nats-auth"),
]
