"""What operators do to rows: each deed is asked for by a button or from a list, explained, confirmed, and done."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from console.forms import ReasonForm
from console.requests import operator_of
from registry.errors import ModerationRefused

MOST_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Deed:
    """`name` stands in addresses, `title` on buttons, `past` in "2 handles suspended."; `meaning` says what will be.

    `do(row, actor=…, **fields of the form)` is the service; it raises ModerationRefused.
    """

    name: str
    title: str
    past: str
    meaning: str
    permission: str
    do: Callable[..., Any]
    fits: Callable[[Any], bool] = lambda row: True
    form: type[forms.Form] = ReasonForm
    initial: Callable[[Any], dict[str, Any]] = lambda row: {}
    from_list: bool = True
    dangerous: bool = False
    removes: bool = False  # the row is gone afterwards


class WithDeeds(ModelAdmin):  # type: ignore[type-arg]
    """A page whose rows change by deeds only."""

    deeds: ClassVar[tuple[Deed, ...]] = ()
    change_form_template = "console/change_form.html"

    def permitted_deeds(self, request: HttpRequest) -> list[Deed]:
        return [deed for deed in self.deeds if request.user.has_perm(deed.permission)]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """The permitted deeds in place of Django's own actions."""
        return {
            deed.name: (partial(_from_list, deed=deed), deed.name, f"{deed.title}…")
            for deed in self.permitted_deeds(request)
            if deed.from_list
        }

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.deed_view)
        return [
            path("<path:object_id>/do/<slug:name>/", view, name=self._address("deed")),
            *super().get_urls(),
        ]

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        if obj is not None:
            context.update(self.page_context(request, obj))
        return super().render_change_form(request, context, add, change, form_url, obj)

    def page_context(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """What the template of a row's page gets besides Django's own: the deeds that fit."""
        fitting = [deed for deed in self.permitted_deeds(request) if deed.fits(row)]
        address = f"admin:{self._address('deed')}"
        return {"deeds": [(deed, reverse(address, args=[row.pk, deed.name])) for deed in fitting]}

    def deed_view(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        """The page of one deed to one row: asks, and does it on POST."""
        deed = next((deed for deed in self.deeds if deed.name == name), None)
        row = self.get_object(request, unquote(object_id))
        if deed is None or row is None:
            raise Http404
        if not self.has_view_permission(request, row) or not request.user.has_perm(deed.permission):
            raise PermissionDenied
        back = reverse(f"admin:{self._address('change')}", args=[row.pk])
        form = deed.form(request.POST if request.method == "POST" else None, initial=deed.initial(row))
        if not form.is_valid():
            return self._ask(request, deed, [row], form, back)
        done = self._do(request, deed, [row], form.cleaned_data)
        if done and deed.removes:
            back = reverse(f"admin:{self._address('changelist')}")
        return HttpResponseRedirect(back)

    def line_of(self, row: Any) -> str:
        """How a row is named on the page that asks."""
        return str(row)

    def _ask(
        self,
        request: HttpRequest,
        deed: Deed,
        rows: Iterable[Any],
        form: forms.Form,
        back: str,
        listed: bool = False,
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": deed.title,
            "opts": self.model._meta,
            "deed": deed,
            "rows": [(row.pk, self.line_of(row)) for row in rows],
            "form": form,
            "back": back,
            "listed": listed,
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "console/deed.html", context)

    def _do(self, request: HttpRequest, deed: Deed, rows: Iterable[Any], fields: dict[str, Any]) -> int:
        done = 0
        for row in rows:
            try:
                deed.do(row, actor=operator_of(request), **fields)
            except ModerationRefused as error:
                self.message_user(request, str(error), messages.WARNING)
            else:
                done += 1
        if done:
            meta = self.model._meta
            what = meta.verbose_name if done == 1 else meta.verbose_name_plural
            self.message_user(request, f"{done} {what} {deed.past}.", messages.SUCCESS)
        return done

    def _address(self, page: str) -> str:
        return f"{self.model._meta.app_label}_{self.model._meta.model_name}_{page}"


def _from_list(
    page: WithDeeds, request: HttpRequest, queryset: QuerySet[Model], *, deed: Deed
) -> HttpResponse | None:
    """The action of a list: first shows what is about to happen and asks; does it when the answer comes back."""
    rows = list(queryset[: MOST_AT_ONCE + 1])
    if len(rows) > MOST_AT_ONCE:
        page.message_user(
            request, f"At most {MOST_AT_ONCE} at once: choose fewer, nothing was done.", messages.ERROR
        )
        return None
    form = deed.form(request.POST if "confirmed" in request.POST else None)
    if not form.is_valid():
        return page._ask(request, deed, rows, form, request.get_full_path(), listed=True)
    page._do(request, deed, rows, form.cleaned_data)
    return None
