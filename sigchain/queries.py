"""What a reader may ask for in the query string."""

import re

from django.http import QueryDict

from httpapi.problems import Malformed

_SEQ = re.compile(r"0|[1-9][0-9]{0,15}")
_MAX_SEQ = 2**53 - 1


def since_of(query: QueryDict) -> int:
    """`since`: give only events with a greater seq. 0 if absent; Malformed unless one plain integer up to 2^53-1."""
    values = query.getlist("since", ["0"])
    if len(values) != 1 or not _SEQ.fullmatch(values[0]) or int(values[0]) > _MAX_SEQ:
        raise Malformed("since is one whole number from 0, written in digits.")
    return int(values[0])
