# ruff: noqa: N818 - named for what happened, as people say it
"""Every way in which the command can end badly: one class each, with a stable `code` and a fixed exit code.

The docstring of a class is the sentence that is shown; `{names}` in it are filled from the keyword arguments,
which also appear in the JSON form of the error. The table of exit codes is in `exit_codes.py`.
"""

import string
from typing import Any, ClassVar

from kezclient.exit_codes import ExitCode


class ClientError(Exception):
    """Something went wrong."""

    code: str = "error"
    exit_code: ClassVar[ExitCode] = ExitCode.BUG

    def __init__(self, **details: Any) -> None:
        self.details = details
        super().__init__(self.sentence())

    def sentence(self) -> str:
        """The docstring on one line, its names filled in."""
        template = " ".join((type(self).__doc__ or "").split())
        names = {name for _, name, _, _ in string.Formatter().parse(template) if name}
        return template.format(**{name: self.details.get(name, "?") for name in names})

    def document(self) -> dict[str, Any]:
        """The JSON form: `error` with code, message and exit_code, beside the details."""
        error = {"code": self.code, "message": str(self), "exit_code": int(self.exit_code)}
        return {"error": error, **self.details}


class UsageFault(ClientError):
    """{sentence}"""

    code = "usage"
    exit_code = ExitCode.USAGE


class BadHandleGiven(ClientError):
    """The handle "{given}" is refused: {reason}"""

    code = "bad_handle"
    exit_code = ExitCode.USAGE


class BadPhraseGiven(ClientError):
    """Those words are not a recovery phrase: {reason}"""

    code = "bad_phrase"
    exit_code = ExitCode.USAGE


class EmptyMessage(ClientError):
    """There is no text to send."""

    code = "empty_message"
    exit_code = ExitCode.USAGE


class SelfMessage(ClientError):
    """{handle} is your own handle; a message needs somebody else."""

    code = "self_message"
    exit_code = ExitCode.USAGE


class MessageNotTheirs(ClientError):
    """There is no message {id} of {handle} to you here. `kez-chat history {handle} --json` shows the ids."""

    code = "message_not_theirs"
    exit_code = ExitCode.NOT_FOUND


class MessageUnprovable(ClientError):
    """The message {id} came before this version, which keeps signatures; it can't be shown that it is theirs. Report it
    in your own words."""

    code = "message_unprovable"
    exit_code = ExitCode.USAGE


class FileExists(ClientError):
    """{path} exists already; it is not overwritten."""

    code = "file_exists"
    exit_code = ExitCode.USAGE


class NoProfile(ClientError):
    """The profile "{profile}" has no handle yet. Claim one with `kez-chat register HANDLE`, or bring one here with
    `kez-chat restore HANDLE`."""

    code = "no_profile"
    exit_code = ExitCode.PROFILE


class ProfileTaken(ClientError):
    """The profile "{profile}" already holds {handle}. For another handle, name another profile with
    `--profile NAME`."""

    code = "profile_taken"
    exit_code = ExitCode.PROFILE


class InputNeeded(ClientError):
    """{what} is needed, and nobody can be asked. {instead}"""

    code = "input_needed"
    exit_code = ExitCode.INPUT_NEEDED


class Declined(ClientError):
    """Nothing was changed."""

    code = "declined"
    exit_code = ExitCode.INPUT_NEEDED


class KeyStoreFault(ClientError):
    """The key store did not give the key of this profile: {reason}"""

    code = "key_store"
    exit_code = ExitCode.KEY_STORE


class WrongPassphrase(ClientError):
    """That passphrase does not open the key file {path}, or the file is damaged. The 24 words open a new one:
    `kez-chat restore`."""

    code = "wrong_passphrase"
    exit_code = ExitCode.KEY_STORE


class WeakPassphrase(ClientError):
    """The passphrase that protects the key file needs at least {minimum} characters."""

    code = "weak_passphrase"
    exit_code = ExitCode.KEY_STORE


class ServerUnreachable(ClientError):
    """{url} is out of reach ({reason}). Check the network and the address, then try again."""

    code = "server_unreachable"
    exit_code = ExitCode.UNREACHABLE


class ServerRefused(ClientError):
    """{detail}"""

    exit_code = ExitCode.REFUSED

    def __init__(self, *, code: str, detail: str, status: int, **more: Any) -> None:
        self.code = code
        super().__init__(detail=detail, status=status, **more)


class HandleUnknown(ClientError):
    """{handle} is not registered there: {detail}"""

    code = "handle_unknown"
    exit_code = ExitCode.NOT_FOUND


class ContactUnknown(ClientError):
    """{handle} is not among your contacts. Add it with `kez-chat add {handle}`."""

    code = "contact_unknown"
    exit_code = ExitCode.NOT_FOUND


class OutboxEntryUnknown(ClientError):
    """The outbox has no entry {id}. `kez-chat outbox` lists them."""

    code = "outbox_entry_unknown"
    exit_code = ExitCode.NOT_FOUND


class NoKeyChange(ClientError):
    """The key of {handle} has not changed; there is nothing to accept."""

    code = "no_key_change"
    exit_code = ExitCode.NOT_FOUND


class KeyChanged(ClientError):
    """The registry now gives another key for {handle} than the one you know. Nothing is sent until you have asked
    {handle} by other means and decided: `kez-chat accept-key {handle}`."""

    code = "key_changed"
    exit_code = ExitCode.KEY_CHANGED


class BrokerDown(ClientError):
    """The broker is out of reach ({reason}). {consequence}"""

    code = "broker_down"
    exit_code = ExitCode.BROKER_DOWN


class RecipientInboxFull(ClientError):
    """The inbox of {handle} is full. The message is stored here and goes out once there is room again."""

    code = "inbox_full"
    exit_code = ExitCode.INBOX_FULL


class MessageTooLong(ClientError):
    """The message is too large: {size} bytes, and {limit} fit. It was not queued."""

    code = "message_too_large"
    exit_code = ExitCode.TOO_LARGE


class ChainRewritten(ClientError):
    """The sigchain of {whose} contradicts what was seen before: {reason}. Both versions are kept as evidence."""

    code = "chain_rewritten"
    exit_code = ExitCode.CHAIN_REWRITTEN


class LogRewritten(ClientError):
    """The public log of {server} contradicts what was seen before: {reason} Both versions are kept as evidence."""

    code = "log_rewritten"
    exit_code = ExitCode.CHAIN_REWRITTEN


class BadAnswer(ClientError):
    """The answer of {url} cannot be trusted: {reason}"""

    code = "bad_answer"
    exit_code = ExitCode.BAD_ANSWER


class Unhealthy(ClientError):
    """{count} of {total} checks failed: {failed}."""

    code = "unhealthy"
    exit_code = ExitCode.UNHEALTHY


class NotDeliveredYet(ClientError):
    """Sent, but no receipt came within {seconds} s. It is delivered when {handle} is back; `kez-chat history {handle}`
    tells."""

    code = "not_delivered_yet"
    exit_code = ExitCode.NOT_DELIVERED


class BrokerRefused(ClientError):
    """The broker refused this key: {reason} {consequence}"""

    code = "access_refused"
    exit_code = ExitCode.ACCESS_REFUSED


class LocalDataFault(ClientError):
    """{path} cannot be used: {reason}"""

    code = "local_data"
    exit_code = ExitCode.LOCAL_DATA


class WebDiffers(ClientError):
    """What {url} gives browsers differs from the list in {count} places. Do not type a passphrase or your words into
    its pages until you know why."""

    code = "web_differs"
    exit_code = ExitCode.WEB_DIFFERS


class Interrupted(ClientError):
    """Interrupted."""

    code = "interrupted"
    exit_code = ExitCode.INTERRUPTED
