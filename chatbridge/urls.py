"""Addresses of the NATS room."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
