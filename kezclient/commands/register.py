"""`kez-chat register`: a new key, its 24 words, and the handle that it holds from then on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kezclient.command import command
from kezclient.invocation import Invocation

if TYPE_CHECKING:
    from kezclient.config import Folders
    from kezclient.identity import Profile
    from kezclient.runtime import Runtime
    from kezproto.handles import Handle
    from kezproto.keys import SigningKey

_INSTEAD = "Run it at a terminal, or give `--no-input --phrase-out FILE` to have the words written to a file."


@command
def register(
    run: Invocation,
    handle: Annotated[
        str, typer.Argument(metavar="HANDLE", help="The name to claim: chris, or chris@kez.lat.")
    ],
    server_url: Annotated[
        str | None,
        typer.Option("--server-url", metavar="URL", help="Address of the server. Also: KEZ_CHAT_URL."),
    ] = None,
    invite: Annotated[
        str | None,
        typer.Option(
            "--invite", metavar="CODE", help="The code of an invite, where the server asks for one."
        ),
    ] = None,
    phrase_out: Annotated[
        Path | None,
        typer.Option(
            "--phrase-out",
            metavar="FILE",
            help="Write the 24 words to this new file instead of asking three of them back.",
        ),
    ] = None,
) -> None:
    """Make a key, show its 24 words, and claim HANDLE with it.

    Three of the words are asked back before anything is registered. What was begun and not finished (the network
    failed, the handle was taken, the server's operators must agree) is finished by running the command again: the
    key stays the same.
    """
    from kezclient.config import folders
    from kezclient.errors import InputNeeded, ProfileTaken
    from kezclient.identity import find_profile
    from kezclient.runtime import Runtime
    from kezclient.servers import choose_server, handle_on, warn_if_open

    places = folders(run.profile_name)
    profile = find_profile(run.profile_name, places)
    url = choose_server(server_url, handle, profile)
    warn_if_open(run, url)
    wanted = handle_on(url, handle)
    if profile is not None and profile.registered and profile.handle != wanted:
        raise ProfileTaken(profile=run.profile_name, handle=str(profile.handle))
    if profile is None and run.options.no_input and phrase_out is None:
        raise InputNeeded(
            what="A place for the 24 words", instead="With `--no-input` give `--phrase-out FILE`."
        )
    invite = _refuse_early(run, url, wanted, profile, invite)
    key = None
    if profile is None:
        profile, key = _new_key(run, wanted, url, phrase_out, places)
    else:
        profile = _same_key(profile, wanted, url, places)
    with Runtime(run, profile, key) as runtime:
        _finish(run, runtime, runtime.identity.key, invite)


def _refuse_early(
    run: Invocation, url: str, wanted: Handle, profile: Profile | None, invite: str | None
) -> str | None:
    """What would be refused anyway is refused before words are written down; the invite to use."""
    from contextlib import closing

    from kezclient.registering import refuse_if_closed, refuse_if_taken
    from kezclient.registry_api import RegistryApi

    with closing(RegistryApi(url)) as registry:
        if refuse_if_taken(registry, wanted, profile.primary if profile else None):
            return invite  # it is ours already, and only the answer was lost
        if profile is not None:
            return invite  # it was begun before: the server knows it, or tells what is missing
        return refuse_if_closed(registry, invite=invite, prompter=run.prompter)


def _new_key(
    run: Invocation, wanted: Handle, url: str, phrase_out: Path | None, places: Folders
) -> tuple[Profile, SigningKey]:
    """Make a key, see to it that its words are kept, and store both before anything is sent."""
    import secrets

    from kezclient import clock
    from kezclient.identity import Profile, save_profile
    from kezclient.keystore import new_key_store
    from kezclient.passphrase import ask_passphrase
    from kezclient.phrases import ask_words_back, show_phrase, write_phrase
    from kezclient.registering_errors import PhraseNotConfirmed
    from kezproto.keys import SigningKey
    from kezproto.phrase import seed_to_phrase

    places.create()
    key_store = new_key_store(places, ask_passphrase(run.prompter))
    key = SigningKey(secrets.token_bytes(32))
    phrase = seed_to_phrase(key.seed)
    if phrase_out is not None:
        write_phrase(phrase_out, phrase)
    else:
        run.note(
            "These 24 words are your key. Write them down on paper: whoever has them is you, and without them a "
            "lost device means a lost handle."
        )
        show_phrase(run, phrase)
        if ask_words_back(run, phrase, instead=_INSTEAD) is not None:
            raise PhraseNotConfirmed
    key_store.save(run.profile_name, key)
    profile = Profile(
        name=run.profile_name,
        handle=wanted,
        primary=key.primary,
        server_url=url,
        device=clock.new_device_id(),
        keystore=key_store.kind,
        registered=False,
    )
    save_profile(profile, places)
    return profile, key


def _same_key(profile: Profile, wanted: Handle, url: str, places: Folders) -> Profile:
    from dataclasses import replace

    from kezclient.identity import save_profile

    profile = replace(profile, handle=wanted, server_url=url)
    save_profile(profile, places)
    return profile


def _finish(run: Invocation, runtime: Runtime, key: SigningKey, invite: str | None) -> None:
    from kezclient import clock
    from kezclient.identity import save_profile
    from kezclient.registering import claim, open_sigchain

    entry = claim(runtime.registry, runtime.profile.handle, key, invite=invite, note=run.note)
    runtime.directory.note_own_entry(entry, clock.now())
    state = open_sigchain(runtime, entry, key)
    save_profile(runtime.profile.finished(), runtime.folders)
    handle = str(runtime.profile.handle)
    document = {
        "handle": handle,
        "primary": str(key.primary),
        "server_url": runtime.profile.server_url,
        "device": runtime.profile.device,
        "keystore": runtime.profile.keystore,
        "sigchain": {"seq": state.head.seq if state.head else 0, "url": entry.sigchain_url},
    }
    run.result(document, lambda console: console.print(f"✓ {handle} is yours.\n  Key: {key.primary}"))
