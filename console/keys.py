"""Keys as operators paste them."""

from kezproto.errors import BadNkey
from kezproto.keys import KEY_PREFIX
from kezproto.nkeys import primary_of_nkey


def stored_key(text: str) -> str:
    """What is pasted for a key (`ed25519:…`, hex digits, an nkey), as the tables hold keys; unchecked otherwise."""
    text = text.strip()
    try:
        return primary_of_nkey(text).hex
    except BadNkey:
        return text.lower().removeprefix(KEY_PREFIX)


def stored_form(search_term: str) -> str:
    """What is typed to find a handle (`@Chris`, `chris@kez.lat`, or a key as above), as the tables hold it."""
    return stored_key(search_term).removeprefix("@").partition("@")[0]
