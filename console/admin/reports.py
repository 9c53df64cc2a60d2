"""Reports: a queue with owners. The reporter reads the outcome."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import AbstractUser
from django.db.models import QuerySet
from django.http import HttpRequest

from console.deeds import Deed
from console.evidence import evidence_of
from console.keys import stored_form
from console.pages import ShownOnly
from console.queues import QueueFilter
from console.sections import Section
from reports import services
from reports.models import Report
from reports.services import MAX_OUTCOME

_State = Report.State
HANDLE = "reports.handle_report"


class OutcomeForm(forms.Form):
    outcome = forms.CharField(
        max_length=MAX_OUTCOME,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60}),
        help_text="The person who reported reads it.",
        error_messages={"required": "An outcome is needed; the person who reported reads it."},
    )


class NothingToAsk(forms.Form):
    """A deed that needs no words."""


class Open(QueueFilter):
    waiting = (_State.NEW, _State.ASSIGNED)
    waiting_title = "Open"


def _take(report: Report, *, actor: AbstractUser) -> None:
    services.assign_report(report, actor, actor=actor)


def _is_open(report: Any) -> bool:
    return bool(report.is_open)


@admin.register(Report)
class ReportAdmin(ShownOnly):
    list_display = ("short_id", "handle", "category", "state", "owner", "message_count", "created_at")
    list_filter = (Open, "category")
    date_hierarchy = "created_at"
    list_select_related = ("handle", "owner")
    search_fields = ("report_id",)
    search_help_text = "The handle that was reported, or the beginning of a report's number."
    fields = (
        "report_id",
        "handle",
        "reporter",
        "category",
        "text",
        "state",
        "owner",
        "outcome",
        "created_at",
        "changed_at",
        "closed_at",
    )
    readonly_fields = fields
    sortable_by = ("created_at",)
    deeds = (
        Deed(
            "take",
            "Take",
            "taken",
            "It is yours from now on; the person who reported sees that somebody has it.",
            HANDLE,
            _take,
            fits=_is_open,
            form=NothingToAsk,
        ),
        Deed(
            "put-back",
            "Put back",
            "put back",
            "It is nobody's again, and others see it in the queue.",
            HANDLE,
            services.unassign_report,
            fits=lambda report: report.state == _State.ASSIGNED,
            form=NothingToAsk,
            from_list=False,
        ),
        Deed(
            "resolve",
            "Resolve",
            "resolved",
            "It was justified, and something was done. The person who reported reads the outcome.",
            HANDLE,
            services.resolve_report,
            fits=_is_open,
            form=OutcomeForm,
        ),
        Deed(
            "reject",
            "Reject",
            "rejected",
            "Nothing is done. The person who reported reads why.",
            HANDLE,
            services.reject_report,
            fits=_is_open,
            form=OutcomeForm,
        ),
        Deed(
            "reopen",
            "Reopen",
            "reopened",
            "It is in the queue again.",
            HANDLE,
            services.reopen_report,
            fits=lambda report: not report.is_open,
            from_list=False,
        ),
    )

    def get_fields(self, request: HttpRequest, obj: Report | None = None) -> tuple[str, ...]:
        """What somebody wrote to the operators is read by those who deal with it, not by who looks them over."""
        shown = self.fields
        return shown if request.user.has_perm(HANDLE) else tuple(each for each in shown if each != "text")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("document")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = stored_form(search_term)
        if not term:
            return queryset, False
        return queryset.filter(handle__local=term) | queryset.filter(report_id__startswith=term), False

    def sections(self, request: HttpRequest, row: Report) -> list[Section]:
        """The opened messages, for those who deal with the report: they are private to everybody else."""
        if not request.user.has_perm(HANDLE):
            return []
        empty = "None." if not row.message_count else "They were erased a while after the report was closed."
        return [Section("Opened messages", ("written", "checked", "text"), evidence_of(row), empty)]

    def line_of(self, row: Report) -> str:
        return f"{row.report_id[:8]}: {row.handle} for {row.get_category_display()}"

    @admin.display(description="report")
    def short_id(self, report: Report) -> str:
        return report.report_id[:8]
