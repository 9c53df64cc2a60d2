"""`{% modules page_modules %}`: tags that bring all modules which these need, in one go."""

from collections.abc import Sequence

from django import template
from django.templatetags.static import static
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from pages.modules import graph

register = template.Library()


@register.simple_tag
def modules(entries: Sequence[str]) -> SafeString:
    """A modulepreload link for each module; it runs nothing."""
    return format_html_join(
        "\n    ", '<link rel="modulepreload" href="{}">', ((static(path),) for path in graph(*entries))
    )
