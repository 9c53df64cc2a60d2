"""Lists that are queues: they open with what waits for somebody; the rest is one click away."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest

ALL = "all"


class QueueFilter(SimpleListFilter):
    """Subclasses say which states wait, and what that is called."""

    title = "state"
    parameter_name = "state"
    waiting: ClassVar[tuple[str, ...]] = ()
    waiting_title: ClassVar[str] = "Waiting"

    def lookups(self, request: HttpRequest, model_admin: "ModelAdmin[Any]") -> list[tuple[str, str]]:
        states = model_admin.model._meta.get_field("state").flatchoices
        # What waits, in one state, is the first choice already.
        hidden = self.waiting if len(self.waiting) == 1 else ()
        named = [(str(value), str(label).capitalize()) for value, label in states if value not in hidden]
        return [*named, (ALL, "All")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        if chosen == ALL:
            return queryset
        return queryset.filter(state__in=[chosen] if chosen else self.waiting)

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        for choice in super().choices(changelist):
            if choice["query_string"] == changelist.get_query_string(remove=[self.parameter_name]):
                choice = {**choice, "display": self.waiting_title}
            yield choice
