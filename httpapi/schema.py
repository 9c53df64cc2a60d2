"""How views become OpenAPI: the refusals that a view declares, and those that every view has, as problem documents."""

from collections.abc import Mapping
from typing import Any, Literal

from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers

from httpapi import problems
from httpapi.endpoint import Endpoint
from httpapi.problem import CONTENT_TYPE, Problem


class ProblemSerializer(serializers.Serializer[Mapping[str, Any]]):
    """The shape of every refusal (RFC 9457). `code` is for programs and stable, `detail` is a sentence for people."""

    type = serializers.CharField(help_text="`urn:kez:problem:` and the code.")
    title = serializers.CharField(help_text="The kind of problem in a few words.")
    status = serializers.IntegerField(help_text="The HTTP status again.")
    detail = serializers.CharField(help_text="What is wrong with this request, and what to do.")
    code = serializers.CharField(help_text="The stable name of the problem.")


class KezAutoSchema(AutoSchema):
    """Adds problem responses to what `extend_schema` says about a view."""

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> dict[str, Any]:
        responses: dict[str, Any] = super()._get_response_bodies(direction)
        if direction == "response" and isinstance(self.view, Endpoint):
            for status, kinds in self._problem_kinds(self.view).items():
                responses.setdefault(status, self._problem_response(kinds))
        return dict(sorted(responses.items()))

    def _map_serializer(
        self, serializer: Any, direction: Literal["request", "response"], bypass_extensions: bool = False
    ) -> dict[str, Any]:
        """A serializer that says `closed = True` stands for an object in which unknown fields are refused."""
        schema: dict[str, Any] = super()._map_serializer(  # type: ignore[no-untyped-call]
            serializer, direction, bypass_extensions
        )
        if getattr(serializer, "closed", False):
            schema["additionalProperties"] = False
        return schema

    def _problem_kinds(self, view: Endpoint) -> dict[str, list[type[Problem]]]:
        """The kinds of problem that this operation can answer with, by status."""
        kinds = list(view.problems.get(self.method, ()))
        if self.method in ("POST", "PUT"):
            kinds += [
                problems.Malformed,
                problems.LengthRequired,
                problems.TooLarge,
                problems.UnsupportedMediaType,
            ]
        if view.throttle_classes:
            kinds.append(problems.Throttled)
        kinds.append(problems.Unavailable)
        by_status: dict[str, list[type[Problem]]] = {}
        for kind in kinds:
            same = by_status.setdefault(str(kind.status), [])
            if kind not in same:
                same.append(kind)
        return by_status

    def _problem_response(self, kinds: list[type[Problem]]) -> dict[str, Any]:
        shape = self.resolve_serializer(ProblemSerializer, "response").ref
        codes = {"type": "object", "properties": {"code": {"enum": [kind.code for kind in kinds]}}}
        response: dict[str, Any] = {
            "description": "; ".join(f"`{kind.code}`: {kind.title}" for kind in kinds),
            "content": {CONTENT_TYPE: {"schema": {"allOf": [shape, codes]}}},
        }
        if {problems.Throttled, problems.Unavailable} & set(kinds):
            response["headers"] = {
                "Retry-After": {
                    "description": "Seconds after which to try again.",
                    "schema": {"type": "integer", "minimum": 1},
                }
            }
        return response
