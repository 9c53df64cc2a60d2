"""Which handle a WebFinger resource names (RFC 7033 4.1, RFC 7565)."""

import re
from collections.abc import Sequence
from urllib.parse import unquote

from django.conf import settings

from httpapi.problems import Malformed
from registry.errors import HandleUnknown
from registry.lookup import local_part

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:.")


def name_in(resources: Sequence[str]) -> str:
    """The local part of the handle in the one `resource` parameter: `acct:local@server`, or an address that names it.

    Malformed (400) without exactly one, or if it is no URI; HandleUnknown and OtherServer (404) as in look-ups.
    """
    if len(resources) != 1:
        raise Malformed("Give exactly one resource parameter, as in resource=acct:chris@kez.lat.")
    resource = resources[0]
    if not _SCHEME.match(resource):
        raise Malformed("The resource is not a URI; write it as acct:chris@kez.lat.")
    scheme, _, rest = resource.partition(":")
    if scheme.lower() == "acct":
        name = unquote(rest)
        if "@" not in name:
            raise Malformed("An acct resource names its server, as in acct:chris@kez.lat.")
        return local_part(name)
    for prefix in (f"{settings.KEZ_CHAT_PUBLIC_URL}/u/", f"{settings.KEZ_CHAT_PUBLIC_URL}/v1/u/"):
        if resource.startswith(prefix):
            return local_part(unquote(resource.removeprefix(prefix)))
    raise HandleUnknown("This server describes acct: resources and its own pages only.")
