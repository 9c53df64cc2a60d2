"""Reports: a person tells operators of a handle, operators answer, the person reads the answer."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = "Reports"
