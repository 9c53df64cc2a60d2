"""One page of the list of handles, with what other rooms know about the handles on it: one query for each."""

from typing import Any

from django.contrib.admin.views.main import ChangeList
from django.db.models import Count, Max
from django.http import HttpRequest

from chatbridge.models import Device
from reports.models import Report


class HandleList(ChangeList):
    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        handles: list[Any] = list(self.result_list)
        seen = dict(
            Device.objects.filter(primary_hex__in=[handle.primary_hex for handle in handles])
            .values_list("primary_hex")
            .annotate(Max("last_seen"))
        )
        waiting = dict(
            Report.objects.filter(
                handle__in=[handle.pk for handle in handles],
                state__in=(Report.State.NEW, Report.State.ASSIGNED),
            )
            .order_by()
            .values_list("handle")
            .annotate(Count("pk"))
        )
        for handle in handles:
            handle.last_seen = seen.get(handle.primary_hex)
            handle.open_reports = waiting.get(handle.pk, 0)
        self.result_list = handles
