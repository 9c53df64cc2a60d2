"""The pages. They hold nothing private: what a person wrote or received never passes through here in the clear."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from httpapi.problems import MethodNotAllowed
from pages.web_list import app_context, served_list
from registry import documents, errors, lookup


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What this server is, for people who open its address."""
    return render(request, "pages/home.html")


@require_safe
def profile(request: HttpRequest, handle: str) -> HttpResponse:
    """The page of a handle, for people: WebFinger's profile page."""
    try:
        row = lookup.active_handle(handle)
    except (errors.HandleUnknown, errors.OtherServer) as error:
        raise Http404(str(error)) from error
    shown = {"look_up": documents.look_up_document(row), "registered_at": row.registered_at}
    return render(request, "pages/profile.html", shown)


@require_safe
def cli(request: HttpRequest) -> HttpResponse:
    """The manual of the command `kez-chat`."""
    return render(request, "pages/cli.html")


@require_safe
def icon(request: HttpRequest) -> HttpResponse:
    """Where browsers look for an icon when a page (the admin's) names none."""
    return redirect(static("icon.svg"))


@require_safe
def app(request: HttpRequest, page: str, handle: str = "") -> HttpResponse:
    """The app's shell with the asked page in it. Whose page it is, is settled in the browser: the key is there."""
    return render(request, "app.html", app_context(page))


def kez_web(request: HttpRequest) -> HttpResponse:
    """Hashes of everything that this server gives browsers to run; `kez-chat verify-web` compares."""
    if request.method not in ("GET", "HEAD"):
        return MethodNotAllowed(headers={"Allow": "GET, HEAD"}).response()
    return JsonResponse(served_list(), headers={"Cache-Control": "no-cache"})
