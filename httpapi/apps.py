"""The HTTP edge that all rooms share."""

from django.apps import AppConfig
from django.core import checks

from httpapi import readiness


class HttpApiConfig(AppConfig):
    name = "httpapi"
    verbose_name = "HTTP API"

    def ready(self) -> None:
        from httpapi.checks import DatabaseCheck, check_valkey
        from httpapi.throttles import check_rates

        checks.register(check_rates)
        readiness.register("database", DatabaseCheck(), needed_to_start=True)
        readiness.register("valkey", check_valkey, needed_to_start=True)
