"""Addresses that every web process has."""

from django.urls import path

from httpapi.views import DocsView, HealthView, ReadyView, SchemaView, metrics

urlpatterns = [
    path("v1/healthz", HealthView.as_view(), name="healthz"),
    path("v1/readyz", ReadyView.as_view(), name="readyz"),
    path("v1/schema", SchemaView.as_view(), name="schema"),
    path("v1/docs", DocsView.as_view(), name="docs"),
    path("metrics", metrics, name="metrics"),
]
