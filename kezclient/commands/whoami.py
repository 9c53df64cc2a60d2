"""`kez-chat whoami`: handle, key and places of this profile."""

from __future__ import annotations

from kezclient.command import command
from kezclient.invocation import Invocation


@command
def whoami(run: Invocation) -> None:
    """Show your handle, your key, and where this profile keeps its files. Needs no network and no passphrase."""
    from kezclient.config import folders
    from kezclient.identity import load_profile
    from kezproto.nkeys import user_nkey

    places = folders(run.profile_name)
    profile = load_profile(run.profile_name, places)
    document = {
        "handle": str(profile.handle),
        "primary": str(profile.primary),
        "nkey": user_nkey(profile.primary),
        "device": profile.device,
        "server_url": profile.server_url,
        "profile": profile.name,
        "keystore": profile.keystore,
        "folders": {"config": str(places.config), "data": str(places.data), "state": str(places.state)},
    }
    lines = [
        str(profile.handle),
        f"  key      {profile.primary}",
        f"  nkey     {user_nkey(profile.primary)}",
        f"  device   {profile.device}",
        f"  server   {profile.server_url}",
        f"  profile  {profile.name}, key in the {'system key store' if profile.keystore == 'keyring' else 'key file'}",
        f"  files    {places.config}",
        f"           {places.data}",
    ]
    run.result(document, lambda console: console.print("\n".join(lines)))
