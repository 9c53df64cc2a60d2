"""Bare Django: rows written without any of our own code around them."""

import os
from collections.abc import Callable, Mapping
from typing import Any

import django
from django.apps import apps
from django.utils import timezone


def handle_creator(environment: Mapping[str, str]) -> Callable[..., object]:
    """`create(local=, primary_hex=, registration=)` on the registry's table, in the database of `environment`."""
    os.environ.update(environment)
    django.setup()
    handles = apps.get_model("registry", "Handle")

    def create(**row: Any) -> object:
        return handles._default_manager.create(status="active", registered_at=timezone.now(), **row)

    return create
