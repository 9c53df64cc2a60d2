"""The app of everything NATS: callout, streams, devices, janitor, kicks."""

from django.apps import AppConfig


class ChatbridgeConfig(AppConfig):
    name = "chatbridge"
