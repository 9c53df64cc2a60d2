"""What the pages of all tables share: nothing changes by hand, and long tables stay quick."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.urls import URLPattern

from console.deeds import WithDeeds
from console.paginator import BoundedPaginator
from console.sections import Section


class DeskPage(WithDeeds):
    """A list and a page for each row."""

    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = list_max_show_all = 50
    change_list_template = "console/change_list.html"

    # The audit trail tells of every deed; Django's own log of the admin would say less, twice.
    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return None

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return None

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        return None

    def get_urls(self) -> list[URLPattern]:
        return [each for each in super().get_urls() if each.name != self._address("history")]

    def sections(self, request: HttpRequest, row: Any) -> list[Section]:
        """What stands below the fields of a row's page."""
        return []

    def page_context(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        return {**super().page_context(request, row), "sections": self.sections(request, row)}


class ShownOnly(DeskPage):
    """Nothing is added, changed or deleted by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
