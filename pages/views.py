"""The pages. They hold nothing private: what a person wrote or received never passes through here in the clear."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from registry import documents, errors, lookup

# The pages of the app; their markup stands in templates/pages/<name>.html.
APP_PAGES = ("join", "restore", "unlock", "chat", "contacts", "settings")


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
    shown = {"page": page, "page_template": f"pages/{page}.html", "handle": handle}
    return render(request, "app.html", shown)
