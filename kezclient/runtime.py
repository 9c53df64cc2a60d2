"""What a command works with once a profile exists: its store, its servers, and its key when asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar

from kezclient.config import Folders, UserSettings, folders, user_settings
from kezclient.directory import Directory
from kezclient.files_api import FilesApi
from kezclient.http_edge import HttpEdge
from kezclient.identity import Identity, Profile, load_profile
from kezclient.passphrase import ask_passphrase
from kezclient.registry_api import RegistryApi
from kezclient.sigchain_api import SigchainApi
from kezclient.store.store import Store

if TYPE_CHECKING:
    from kezclient.invocation import Invocation
    from kezproto.keys import SigningKey

T = TypeVar("T")


class Runtime:
    """Use it as a context manager. Everything is opened when it is first needed."""

    def __init__(
        self, run: Invocation, profile: Profile | None = None, key: SigningKey | None = None
    ) -> None:
        """`profile` where it is not registered yet; `key` where it is at hand, so that nobody is asked for it."""
        self.run = run
        self._key = key
        self.folders: Folders = folders(run.profile_name)
        self.settings: UserSettings = user_settings()
        self.profile = profile or load_profile(run.profile_name, self.folders)
        self.folders.create()
        self._edge: HttpEdge | None = None

    @cached_property
    def store(self) -> Store:
        return Store(self.folders.database)

    @cached_property
    def registry(self) -> RegistryApi:
        return RegistryApi(self.profile.server_url, self._http())

    @cached_property
    def sigchains(self) -> SigchainApi:
        return SigchainApi(self._http())

    @cached_property
    def files(self) -> FilesApi:
        return FilesApi(self.profile.server_url, self._http())

    @cached_property
    def directory(self) -> Directory:
        return Directory(self.profile, self.store, self.registry, self.sigchains, self.run.warn)

    @cached_property
    def identity(self) -> Identity:
        """The profile with its secret key; may ask for the passphrase."""
        if self._key is not None:
            return Identity(self.profile, self._key)
        from kezclient.keystore import key_store_of

        store = key_store_of(self.profile.keystore, self.folders, ask_passphrase(self.run.prompter))
        return Identity(self.profile, store.load(self.profile.name, self.profile.primary.hex))

    def with_directory(self, function: Callable[[Directory], T]) -> T:
        """Run in another thread: with a directory that has a database connection of its own."""
        with Store(self.folders.database) as store:
            return function(Directory(self.profile, store, self.registry, self.sigchains, self.run.warn))

    def _http(self) -> HttpEdge:
        if self._edge is None:
            self._edge = HttpEdge()
        return self._edge

    def __enter__(self) -> Runtime:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if "store" in self.__dict__:
            self.store.close()
        if self._edge is not None:
            self._edge.close()
