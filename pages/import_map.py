"""The import map: which address a bare name in an import statement stands for."""

import json
from functools import cache

from django.templatetags.static import static

from pages.packages import PACKAGES


def specifiers() -> dict[str, str]:
    """Each bare name, and each name that ends with a slash, with the static file or folder behind it."""
    found = {}
    for package in PACKAGES:
        if package.entry:
            found[package.name] = f"{package.prefix}/{package.entry}"
        found[f"{package.name}/"] = f"{package.prefix}/"
    return found


@cache
def import_map() -> str:
    """The JSON that stands in every page."""
    return json.dumps({"imports": {name: static(path) for name, path in specifiers().items()}}, indent=1)
