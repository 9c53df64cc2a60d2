"""The way through dates above a list, without reading the table for it."""

from calendar import monthrange
from datetime import date, datetime
from typing import Any

from django import template
from django.contrib.admin.views.main import ChangeList
from django.utils import timezone
from django.utils.formats import date_format

register = template.Library()

Way = dict[str, Any]


@register.inclusion_tag("admin/date_hierarchy.html")
def desk_dates(cl: ChangeList) -> Way:
    """Years, then months, then days, as Django's own shows them: but all that lie between the first row and the last,
    be there rows or not. Django's reads every row to find out, seconds for 100,000 of them.
    """
    field = cl.date_hierarchy
    chosen = [_number(cl.params.get(f"{field}__{part}")) for part in ("year", "month", "day")]
    year, month, day = chosen
    if year is None:
        ends = _ends(cl)
        years = range(ends[0].year, ends[1].year + 1) if ends else range(0)
        return {"show": bool(ends), "choices": [_choice(cl, str(each), each) for each in years]}
    if month is None:
        choices = [_choice(cl, date_format(date(year, each, 1), "F"), year, each) for each in range(1, 13)]
        return {"show": True, "back": _choice(cl, "All dates"), "choices": choices}
    name = date_format(date(year, month, 1), "F")
    if day is None:
        days = range(1, monthrange(year, month)[1] + 1)
        choices = [_choice(cl, str(each), year, month, each) for each in days]
        return {"show": True, "back": _choice(cl, str(year), year), "choices": choices}
    return {
        "show": True,
        "back": _choice(cl, f"{name} {year}", year, month),
        "choices": [{"title": f"{day} {name} {year}"}],
    }


def _ends(cl: ChangeList) -> tuple[datetime, datetime] | None:
    """The moments of the first and the last row: two looks into an index."""
    moments = cl.root_queryset.filter(**{f"{cl.date_hierarchy}__isnull": False})
    moments = moments.order_by(cl.date_hierarchy).values_list(cl.date_hierarchy, flat=True)
    first, last = moments.first(), moments.last()
    return (timezone.localtime(first), timezone.localtime(last)) if first and last else None


def _choice(cl: ChangeList, title: str, *parts: int) -> Way:
    names = [f"{cl.date_hierarchy}__{part}" for part in ("year", "month", "day")]
    chosen = dict(zip(names, parts, strict=False))
    return {"title": title, "link": cl.get_query_string(chosen, [n for n in names if n not in chosen])}


def _number(text: Any) -> int | None:
    value = text[-1] if isinstance(text, list) else text
    return int(value) if value else None
