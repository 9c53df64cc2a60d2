"""`kez-chat restore`: an existing handle on this device, by its 24 words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from kezclient.command import command
from kezclient.invocation import Invocation

if TYPE_CHECKING:
    from kezclient.identity import Profile
    from kezproto.keys import SigningKey


@command
def restore(
    run: Invocation,
    handle: Annotated[str, typer.Argument(metavar="HANDLE", help="Your handle: chris, or chris@kez.lat.")],
    server_url: Annotated[
        str | None,
        typer.Option("--server-url", metavar="URL", help="Address of the server. Also: KEZ_CHAT_URL."),
    ] = None,
) -> None:
    """Bring HANDLE to this device with its 24 words.

    The words are asked for without being shown, or read from the file that KEZ_CHAT_PHRASE_FILE names, or from
    stdin where that is no terminal. Both devices then receive everything that comes.
    """
    from contextlib import closing

    from kezclient import clock
    from kezclient.config import folders
    from kezclient.errors import ProfileTaken
    from kezclient.identity import find_profile, save_profile
    from kezclient.registering import open_sigchain
    from kezclient.registering_errors import WrongKeyForPhrase
    from kezclient.registry_api import RegistryApi
    from kezclient.runtime import Runtime
    from kezclient.servers import choose_server, handle_on, warn_if_open

    places = folders(run.profile_name)
    before = find_profile(run.profile_name, places)
    url = choose_server(server_url, handle, before)
    warn_if_open(run, url)
    wanted = handle_on(url, handle)
    if before is not None and before.handle != wanted:
        raise ProfileTaken(profile=run.profile_name, handle=str(before.handle))
    key = _key_of_words(run)
    with closing(RegistryApi(url)) as registry:
        entry = registry.look_up(wanted)
    if entry.primary != key.primary:
        raise WrongKeyForPhrase(handle=str(wanted))
    places.create()
    profile = _store_key(run, key, before, str(wanted), url)
    with Runtime(run, profile, key) as runtime:
        runtime.directory.note_own_entry(entry, clock.now())
        open_sigchain(runtime, entry, key)
    save_profile(profile.finished(), places)
    document = {
        "handle": str(wanted),
        "primary": str(key.primary),
        "server_url": url,
        "device": profile.device,
        "keystore": profile.keystore,
    }
    run.result(document, lambda console: console.print(f"✓ {wanted} is on this device now."))


def _key_of_words(run: Invocation) -> SigningKey:
    import sys

    from kezclient.errors import BadPhraseGiven
    from kezclient.prompts import secret_from_file
    from kezproto.errors import BadPhrase
    from kezproto.keys import SigningKey
    from kezproto.phrase import phrase_to_seed

    words = secret_from_file("KEZ_CHAT_PHRASE_FILE")
    if words is None and not sys.stdin.isatty():
        words = sys.stdin.read() or None
    if words is None:
        words = run.prompter.ask_secret(
            "Your 24 words:", what="The recovery phrase", instead="Name its file in KEZ_CHAT_PHRASE_FILE."
        )
    try:
        return SigningKey(phrase_to_seed(words))
    except BadPhrase as error:
        raise BadPhraseGiven(reason=str(error)) from error


def _store_key(run: Invocation, key: SigningKey, before: Profile | None, handle: str, url: str) -> Profile:
    from kezclient import clock
    from kezclient.config import folders
    from kezclient.errors import ProfileTaken
    from kezclient.identity import Profile, save_profile
    from kezclient.keystore import new_key_store
    from kezclient.passphrase import ask_passphrase
    from kezproto.handles import parse_full_handle

    places = folders(run.profile_name)
    if before is not None and before.primary != key.primary:
        raise ProfileTaken(profile=run.profile_name, handle=str(before.handle))
    key_store = new_key_store(places, ask_passphrase(run.prompter))
    key_store.save(run.profile_name, key)
    profile = Profile(
        name=run.profile_name,
        handle=parse_full_handle(handle),
        primary=key.primary,
        server_url=url,
        device=before.device if before else clock.new_device_id(),
        keystore=key_store.kind,
        registered=before.registered if before else False,
    )
    save_profile(profile, places)
    return profile
