"""By what the list of handles can be narrowed, besides status and age."""

from datetime import timedelta
from typing import Any

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from chatbridge.models import Device
from reports.models import Report

Choices = list[tuple[str, str]]


class LastSeen(SimpleListFilter):
    """When one of the handle's devices connected last. Devices that were away for long are forgotten."""

    title = "last seen"
    parameter_name = "seen"

    def lookups(self, request: HttpRequest, model_admin: "ModelAdmin[Any]") -> Choices:
        return [
            ("1", "In the last day"),
            ("7", "In the last 7 days"),
            ("30", "In the last 30 days"),
            ("not-30", "Not in the last 30 days"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        if chosen is None:
            return queryset
        days = int(chosen.removeprefix("not-"))
        seen = Device.objects.filter(last_seen__gte=timezone.now() - timedelta(days=days))
        if chosen.startswith("not-"):
            return queryset.exclude(Exists(seen.filter(primary_hex=OuterRef("primary_hex"))))
        return queryset.filter(primary_hex__in=seen.values("primary_hex"))


class Reported(SimpleListFilter):
    title = "reports"
    parameter_name = "reported"

    def lookups(self, request: HttpRequest, model_admin: "ModelAdmin[Any]") -> Choices:
        return [("open", "With open reports"), ("ever", "Ever reported")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        reports = Report.objects.order_by()
        if self.value() == "open":
            reports = reports.filter(state__in=(Report.State.NEW, Report.State.ASSIGNED))
        return queryset.filter(pk__in=reports.values("handle")) if self.value() else queryset
