"""Health, readiness, metrics, and the API's own description."""

from functools import cache

from csp.decorators import csp_replace
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from drf_spectacular.settings import spectacular_settings
from drf_spectacular.utils import extend_schema, inline_serializer
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from httpapi import readiness
from httpapi.addresses import client_address
from httpapi.draining import draining
from httpapi.endpoint import Endpoint
from httpapi.headers import API_DOCS_POLICY
from httpapi.problems import Forbidden, MethodNotAllowed
from kezproto.version import VERSION

READINESS = inline_serializer(
    "Readiness",
    {
        "status": serializers.ChoiceField(["ok", "unavailable"]),
        "checks": serializers.DictField(
            child=inline_serializer(
                "ReadinessCheck", {"ok": serializers.BooleanField(), "detail": serializers.CharField()}
            )
        ),
    },
)


def health_document() -> dict[str, str]:
    """The body of `GET /v1/healthz`."""
    return {"status": "ok", "server": settings.KEZ_CHAT_SERVER, "version": VERSION}


class HealthView(Endpoint):
    """The process is alive. It asks nothing else, so an outage elsewhere never restarts a healthy process."""

    @extend_schema(
        operation_id="healthz",
        tags=["operations"],
        responses=inline_serializer(
            "Health",
            {
                "status": serializers.ChoiceField(["ok"]),
                "server": serializers.CharField(),
                "version": serializers.CharField(),
            },
        ),
    )
    def get(self, request: Request) -> Response:
        return Response(health_document(), headers={"Cache-Control": "no-store"})


class ReadyView(Endpoint):
    """The process can serve: everything that it needs is checked, each within a time limit."""

    @extend_schema(operation_id="readyz", tags=["operations"], responses={200: READINESS, 503: READINESS})
    def get(self, request: Request) -> Response:
        results = readiness.run_checks()
        if draining.begun:
            results["process"] = readiness.Result(False, "This process is stopping.")
        ready = all(result.ok for result in results.values())
        body = {
            "status": "ok" if ready else "unavailable",
            "checks": {
                name: {"ok": result.ok, "detail": result.detail} for name, result in sorted(results.items())
            },
        }
        return Response(body, status=200 if ready else 503, headers={"Cache-Control": "no-store"})


def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus metrics, for the networks of KEZ_METRICS_ALLOW only."""
    if request.method not in ("GET", "HEAD"):
        return MethodNotAllowed(headers={"Allow": "GET, HEAD"}).response()
    address = client_address(request)
    # A proxy that the settings do not know of would make every stranger look local.
    unknown_proxy = settings.KEZ_TRUSTED_PROXIES == 0 and "X-Forwarded-For" in request.headers
    if unknown_proxy or address is None or not any(address in net for net in settings.KEZ_METRICS_ALLOW):
        return Forbidden("Metrics are open to the networks of KEZ_METRICS_ALLOW only.").response()
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)


class SchemaView(APIView):
    """This API's OpenAPI description, YAML unless the Accept header asks for JSON."""

    renderer_classes = SpectacularAPIView.renderer_classes
    metadata_class = None

    @extend_schema(exclude=True)
    def get(self, request: Request) -> HttpResponse:
        renderer = request.accepted_renderer
        response = HttpResponse(_rendered_schema(renderer.media_type), content_type=renderer.media_type)
        response["Cache-Control"] = "public, max-age=300"
        return response


@cache
def _rendered_schema(media_type: str) -> str | bytes:
    """Made once per process and format: it takes a tenth of a second and does not change while we run."""
    schema = spectacular_settings.DEFAULT_GENERATOR_CLASS().get_schema(request=None, public=True)
    renderer = next(kind for kind in SchemaView.renderer_classes if kind.media_type == media_type)
    return renderer().render(schema, media_type, {})


@method_decorator(csp_replace(API_DOCS_POLICY), "dispatch")
class DocsView(SpectacularSwaggerSplitView):
    """The description as a page to browse; scripts and styles come from this server."""

    metadata_class = None
    template_name = "httpapi/docs.html"
