"""The server's own keys, from settings."""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from kezproto.errors import BadNkey
from kezproto.nkeys import decode_seed


def nkey_seed(name: str, *, prefix: str) -> bytes:
    """The 32 bytes of the seed in the setting `name`; ImproperlyConfigured says what to do if it is not usable."""
    text = getattr(settings, name)
    if not text:
        raise ImproperlyConfigured(
            f"{name} is not set: give the nkey seed (S{prefix}…), or {name}_FILE with a file that holds it. "
            "`python -m deploy.secrets FOLDER` makes one."
        )
    try:
        kind, seed = decode_seed(text.strip())
    except BadNkey as error:
        raise ImproperlyConfigured(f"{name} is not an nkey seed: {error}") from error
    if kind != prefix:
        raise ImproperlyConfigured(
            f"{name} is the seed of another kind of key: it must start with S{prefix}."
        )
    return seed
