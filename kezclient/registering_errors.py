# ruff: noqa: N818 - named for what happened, as people say it
"""What can stand in the way of claiming a handle or bringing it back; `errors.py` says how these are read."""

from kezclient.errors import ClientError
from kezclient.exit_codes import ExitCode


class PhraseNotConfirmed(ClientError):
    """The words did not match the phrase, so nothing was sent and no key was kept. Write the 24 words down and
    run `kez-chat register` again."""

    code = "phrase_not_confirmed"
    exit_code = ExitCode.USAGE


class PhraseCheckFailed(ClientError):
    """That is not word {position} of your phrase. `kez-chat phrase` shows all of them again."""

    code = "phrase_check_failed"
    exit_code = ExitCode.USAGE


class NotRegisteredYet(ClientError):
    """The registration of {handle} was begun but not finished. Finish it with `kez-chat register {handle}`."""

    code = "not_registered_yet"
    exit_code = ExitCode.PROFILE


class HandleTaken(ClientError):
    """{handle} is taken. Choose another handle and run `kez-chat register` again."""

    code = "handle_taken"
    exit_code = ExitCode.REFUSED


class RegistrationClosed(ClientError):
    """{url} gives out no new handles at present. Who has one there brings it here with `kez-chat restore`."""

    code = "registration_closed"
    exit_code = ExitCode.REFUSED


class WaitingForApproval(ClientError):
    """{handle} waits for the operators of this server, since {asked_at}. Your key is kept here: run
    `kez-chat register {handle}` again later, and it is finished once they have agreed."""

    code = "waiting_for_approval"
    exit_code = ExitCode.WAITING


class WrongKeyForPhrase(ClientError):
    """{handle} is registered with another key than these 24 words give. Check the words and the handle."""

    code = "wrong_key_for_phrase"
    exit_code = ExitCode.REFUSED
