"""The operators' site: Django's admin, entered with a second factor, with a dashboard as its first page."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth.models import AnonymousUser
from django.db.models.base import ModelBase
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, URLResolver, path, reverse

# Whose tables are shown. What others bring is no operator's business: the keys of second factors are among it.
ROOMS = frozenset({"registry", "reports", "chatbridge", "files", "console"})
# The tables in the order of the work, by what they are called in addresses.
TABLES = (
    ("Desk", ("handle", "report", "pendingregistration", "invite", "reservation", "attachment")),
    ("Record", ("auditentry", "transparencyentry", "operator")),
)
# Django's, and of no use here.
UNUSED = frozenset({"autocomplete", "view_on_site"})


class Desk(AdminSite):
    site_header = site_title = "kez-chat operators"
    index_title = "Desk"
    login_template = "console/log_in.html"
    index_template = "console/dashboard.html"

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        models: Iterable[Any] = (
            [model_or_iterable] if isinstance(model_or_iterable, ModelBase) else model_or_iterable
        )
        own = [model for model in models if model._meta.app_label in ROOMS]
        super().register(own, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        """Staff with a second factor, in a session that is not too old."""
        return is_staff(request) and is_verified(request)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        from console.enrolment import second_factor

        own = path("second-factor/", second_factor, {"site": self}, name="second_factor")
        return [own, *(each for each in super().get_urls() if getattr(each, "name", None) not in UNUSED)]

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The tables that this operator may see, in the order of the work, not of the rooms that hold them."""
        apps = super().get_app_list(request, app_label)
        found = {table["model"]._meta.model_name: table for app in apps for table in app["models"]}
        lists = [(title, [found[name] for name in names if name in found]) for title, names in TABLES]
        index = reverse("admin:index")
        return [
            {
                "name": title,
                "app_label": title.lower(),
                "app_url": index,
                "has_module_perms": True,
                "models": tables,
            }
            for title, tables in lists
            if tables
        ]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """The dashboard, for those who have a role."""
        from console.dashboard import dashboard
        from console.requests import operator_of

        shown = dashboard() if operator_of(request).has_perm("console.see_dashboard") else {}
        return super().index(request, {**shown, **(extra_context or {})})

    def app_index(self, request: HttpRequest, app_label: str, extra_context: Any = None) -> Any:
        return HttpResponseRedirect(reverse("admin:index"))

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Name, password, code. Whoever has no second factor yet goes on to set one up."""
        from console.second_factor import has_second_factor

        if is_staff(request) and not is_verified(request) and not has_second_factor(request.user):  # type: ignore[arg-type]
            return HttpResponseRedirect(reverse("admin:second_factor"))
        return super().login(request, extra_context)

    @property
    def login_form(self) -> Any:  # type: ignore[override]
        # Loaded late, as all above: the site is made before the models.
        from console.log_in import LogInForm

        return LogInForm


def is_staff(request: HttpRequest) -> bool:
    """Whether an operator's password was given in this session."""
    from console.log_in import is_fresh

    user = request.user
    return not isinstance(user, AnonymousUser) and user.is_active and user.is_staff and is_fresh(request)


def is_verified(request: HttpRequest) -> bool:
    """Whether a code was given in this session, or none is needed."""
    verified: bool = request.user.is_verified()  # type: ignore[union-attr]
    return verified or not settings.KEZ_OPERATOR_SECOND_FACTOR
