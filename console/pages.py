"""What the pages of all tables share: nothing changes by hand, and long tables stay quick."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern

from console.deeds import WithDeeds
from console.paginator import BoundedPaginator
from console.sections import Section
from registry.errors import ModerationRefused


class DeskPage(WithDeeds):
    """A list and a page for each row."""

    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = list_max_show_all = 50
    change_list_template = "console/change_list.html"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        title = str(self.model._meta.verbose_name_plural).capitalize()
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        title = str(self.model._meta.verbose_name).capitalize()
        return super().change_view(request, object_id, form_url, {"title": title, **(extra_context or {})})

    # The audit trail tells of every deed; Django's own log of the admin would say less, twice.
    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return None

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return None

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        return None

    def get_urls(self) -> list[URLPattern]:
        return [each for each in super().get_urls() if each.name != self._address("history")]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """A refusal of the service is a sentence above the form; nothing was stored."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except ModerationRefused as error:
            self.message_user(request, str(error), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

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
