"""What the client asks the registry, and how it checks the answers."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kezclient.errors import BadAnswer, HandleUnknown, ServerRefused
from kezclient.http_edge import HttpEdge, base_of
from kezclient.registering_errors import WaitingForApproval
from kezproto.canonical import canonical_bytes
from kezproto.errors import ProtocolError
from kezproto.handles import Handle, check_server_name
from kezproto.keys import Primary
from kezproto.registration import registration_payload
from kezproto.session import session_payload
from kezproto.signed import sign
from kezproto.subjects import inbox_subject
from kezproto.timestamps import parse_timestamp

if TYPE_CHECKING:
    from datetime import datetime

    from kezproto.keys import SigningKey


LOG_PAGE_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class RegistryEntry:
    """What a registry says about a handle. Whether its key is to be believed, the pins decide."""

    handle: Handle
    primary: Primary
    sigchain_url: str
    nats_urls: tuple[str, ...]
    registered_at: datetime


@dataclass(frozen=True, slots=True)
class ServerStatus:
    """`server` is the name that handles end in; `time` the server's clock, where it gives one."""

    server: str
    version: str
    time: datetime | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the broker refused a login: a stable code and a sentence."""

    code: str
    sentence: str


class RegistryApi:
    """One registry, by its base address."""

    def __init__(self, server_url: str, edge: HttpEdge | None = None) -> None:
        self.url = server_url
        self._edge = edge or HttpEdge()

    def close(self) -> None:
        self._edge.close()

    def status(self) -> ServerStatus:
        answer = self._edge.get(f"{self.url}/v1/healthz")
        try:
            server = check_server_name(_text(answer.document, "server"))
            return ServerStatus(server, _text(answer.document, "version"), answer.server_time)
        except (ProtocolError, KeyError, TypeError) as error:
            raise BadAnswer(url=self.url, reason=f"it does not name its server ({error})") from error

    def look_up(self, handle: Handle) -> RegistryEntry:
        """HandleUnknown if the registry has no such handle, BadAnswer if it answers for another one."""
        try:
            answer = self._edge.get(f"{self.url}/v1/u/{handle}")
        except ServerRefused as error:
            if error.details["status"] == 404:
                raise HandleUnknown(handle=str(handle), detail=error.details["detail"]) from error
            raise
        return self._entry(handle, answer.document)

    def registration_mode(self, *, invite: str | None = None) -> str:
        """`open`, `invite`, `approval` or `closed`; a server that does not say is open.

        ServerRefused (`invite_invalid`) if the invite is not good.
        """
        headers = {"Kez-Invite": invite} if invite else {}
        try:
            document = self._edge.get(f"{self.url}/v1/registration", headers=headers).document
        except ServerRefused as error:
            if error.details["status"] == 404:
                return "open"
            raise
        mode = document.get("mode")
        if document.get("invite_good") is False and mode in ("invite", "approval"):
            detail = "This invite is not good: it is used up, has expired, or was mistyped."
            raise ServerRefused(code="invite_invalid", detail=detail, status=403)
        return mode if isinstance(mode, str) else "open"

    def register(
        self,
        handle: Handle,
        key: SigningKey,
        *,
        now: datetime,
        invite: str | None = None,
        proof_of_work: str | None = None,
    ) -> RegistryEntry:
        """Claim the handle; the same claim again is no error. ServerRefused with the registry's code otherwise, and
        WaitingForApproval where its operators are asked first."""
        payload = registration_payload(handle=handle, primary=key.primary, created_at=now)
        headers = {"Kez-Invite": invite, "Kez-Proof-Of-Work": proof_of_work}
        answer = self._edge.post(
            f"{self.url}/v1/register",
            sign("handle_registration", payload, key),
            headers={name: value for name, value in headers.items() if value},
        )
        if answer.status == 202:
            raise WaitingForApproval(handle=str(handle), asked_at=str(answer.document.get("asked_at"))[:40])
        entry = self._entry(handle, answer.document)
        if entry.primary != key.primary:
            raise BadAnswer(url=self.url, reason="it confirms the registration of another key")
        return entry

    def broker_refusal(self, handle: Handle, key: SigningKey, *, now: datetime) -> Refusal | None:
        """Why the broker last refused this key, None if it did not."""
        session = self._session(handle, key, now)
        document = self._edge.post(f"{self.url}/v1/nats/refusal", session).document
        if not isinstance(document.get("reason"), str):
            return None
        return Refusal(document["reason"], str(document.get("detail") or document["reason"]))

    def transparency(self, *, since: int) -> dict[str, Any]:
        """A page of the public log, unchecked."""
        return self._edge.get(f"{self.url}/v1/transparency?since={since}", max_bytes=LOG_PAGE_BYTES).document

    def file_report(self, document: dict[str, Any]) -> dict[str, Any]:
        """Send a signed report; the server's word on its state."""
        return self._edge.post(f"{self.url}/v1/reports", document).document

    def own_reports(self, handle: Handle, key: SigningKey, *, now: datetime) -> dict[str, Any]:
        """What became of the reports of this key."""
        text = base64.urlsafe_b64encode(canonical_bytes(self._session(handle, key, now))).decode().rstrip("=")
        headers = {"Authorization": f"Kez-Session {text}"}
        return self._edge.get(f"{self.url}/v1/reports", headers=headers).document

    def _session(self, handle: Handle, key: SigningKey, now: datetime) -> dict[str, Any]:
        """A signed answer to a fresh challenge: it shows that the key is ours."""
        answer = self._edge.post(f"{self.url}/v1/challenges", {"primary": str(key.primary)})
        try:
            challenge = _text(answer.document, "challenge")
            payload = session_payload(handle=handle, primary=key.primary, challenge=challenge, created_at=now)
            return sign("session", payload, key)
        except (ProtocolError, KeyError, TypeError) as error:
            raise BadAnswer(url=self.url, reason=f"its challenge cannot be signed ({error})") from error

    def _entry(self, asked: Handle, document: dict[str, Any]) -> RegistryEntry:
        try:
            return _read_entry(asked, document)
        except (ProtocolError, KeyError, TypeError, ValueError) as error:
            raise BadAnswer(url=self.url, reason=f"the entry of {asked}: {error}") from error


def _read_entry(asked: Handle, document: dict[str, Any]) -> RegistryEntry:
    if _text(document, "fqhn") != str(asked):
        raise ValueError(f"it is about {str(document['fqhn'])[:80]!r}")
    primary = Primary.parse(_text(document, "primary"))
    sigchain_url = _text(document, "sigchain_url")
    if not sigchain_url.startswith(("http://", "https://")) or not sigchain_url.endswith(
        f"/v1/sigchains/ed25519/{primary.hex}"
    ):
        raise ValueError("its sigchain_url does not lead to the chain of its key")
    base_of(sigchain_url)
    return RegistryEntry(
        handle=asked,
        primary=primary,
        sigchain_url=sigchain_url,
        nats_urls=tuple(_nats_urls(document["endpoints"], inbox_subject(primary))),
        registered_at=parse_timestamp(_text(document, "registered_at")),
    )


def _nats_urls(endpoints: Any, inbox: str) -> list[str]:
    urls = []
    for endpoint in endpoints if isinstance(endpoints, list) else []:
        if not isinstance(endpoint, dict) or endpoint.get("protocol") != "nats":
            continue
        if _text(endpoint, "inbox") != inbox:
            raise ValueError("an endpoint names the inbox of another key")
        url = _text(endpoint, "url")
        if url.startswith(("nats://", "tls://")):
            urls.append(url)
    return urls


def _text(document: dict[str, Any], name: str) -> str:
    value = document[name]
    if not isinstance(value, str):
        raise TypeError(f"{name} is not text")
    return value
