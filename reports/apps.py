"""Reports: a person tells operators of a handle, operators answer, the person reads the answer."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = "Reports"

    def ready(self) -> None:
        from registry import alerts
        from reports.lookup import new_report_alert

        alerts.register_kind("report", new_report_alert)
