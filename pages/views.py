"""The pages. They hold nothing private: what a person wrote or received never passes through here in the clear."""

from io import BytesIO

import segno
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from httpapi.problems import MethodNotAllowed
from pages.chain_view import view_of
from pages.chains import chain_of
from pages.manual import manual
from pages.state import server_state
from pages.web_list import app_context, served_list
from registry import documents, errors, lookup
from registry.models import Handle

# A page carries a nonce, so nobody may keep it for others.
personal = cache_control(private=True, no_cache=True)


@require_safe
@personal
def home(request: HttpRequest) -> HttpResponse:
    """What this server is and how it is doing, for people who open its address."""
    shown = {"state": server_state(), "page_modules": ("js/pages/home.js",)}
    return render(request, "pages/home.html", shown)


@require_safe
@personal
def profile(request: HttpRequest, handle: str) -> HttpResponse:
    """The page of a handle, for people: WebFinger's profile page."""
    row = _active(handle)
    chain = chain_of(row.primary, documents.sigchain_url(row))
    shown = {
        "handle": row.local,
        "fqhn": documents.fqhn(row),
        "primary": str(row.primary),
        "primary_hex": row.primary_hex,
        "chain_url": documents.sigchain_url(row),
        "registered_at": row.registered_at,
        "chain": chain,
        "view": view_of(chain.replayed) if chain.replayed else None,
        "page_modules": ("js/pages/profile.js",),
    }
    return render(request, "pages/profile.html", shown)


@require_safe
def qr(request: HttpRequest, handle: str) -> HttpResponse:
    """Handle and key as a QR code to scan from a screen or a card; docs/web.md says what it holds."""
    row = _active(handle)
    code = segno.make(f"kez:{documents.fqhn(row)}?primary={row.primary}", error="m", micro=False)
    drawn = BytesIO()
    code.save(drawn, kind="svg", border=4, light="#fff", omitsize=True, svgclass=None, lineclass=None)
    headers = {"Cache-Control": "public, no-cache"}  # a suspension shows at once
    return HttpResponse(drawn.getvalue(), content_type="image/svg+xml", headers=headers)


def _active(handle: str) -> Handle:
    try:
        return lookup.active_handle(handle)
    except (errors.HandleUnknown, errors.OtherServer) as error:
        raise Http404(str(error)) from error


@require_safe
@personal
def cli(request: HttpRequest) -> HttpResponse:
    """The manual of the command `kez-chat`."""
    return render(request, "pages/cli.html", {"manual": manual()})


@require_safe
def icon(request: HttpRequest) -> HttpResponse:
    """Where browsers look for an icon when a page (the admin's) names none."""
    return redirect(static("icon.svg"))


@require_safe
@personal
def app(request: HttpRequest, page: str, handle: str = "") -> HttpResponse:
    """The app's shell with the asked page in it. Whose page it is, is settled in the browser: the key is there."""
    return render(request, "app.html", app_context(page))


def kez_web(request: HttpRequest) -> HttpResponse:
    """Hashes of everything that this server gives browsers to run; `kez-chat verify-web` compares."""
    if request.method not in ("GET", "HEAD"):
        return MethodNotAllowed(headers={"Allow": "GET, HEAD"}).response()
    return JsonResponse(served_list(), headers={"Cache-Control": "no-cache"})
