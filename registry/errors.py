"""Why the registry refuses, with the status that the HTTP edge gives each refusal."""

from httpapi.problem import Problem


class HandleReserved(Problem):
    """This name is reserved; choose another one."""

    status, code, title = 403, "handle_reserved", "Reserved name"


class HandleLookalike(Problem):
    """This name looks like a well-known one; choose another one."""

    status, code, title = 403, "handle_lookalike", "Looks like a well-known name"


class RegistrationClosed(Problem):
    """This server takes no new registrations at present."""

    status, code, title = 403, "registration_closed", "Registration is closed"


class InviteNeeded(Problem):
    """Registration here is by invitation: send the code of an invite along."""

    status, code, title = 403, "invite_needed", "An invite is needed"


class InviteInvalid(Problem):
    """This invite is unknown, used up, expired or withdrawn; ask whoever gave it to you for another one."""

    status, code, title = 403, "invite_invalid", "The invite is not good"


class RegistrationDeclined(Problem):
    """The operators of this server declined this registration."""

    status, code, title = 403, "registration_declined", "Registration declined"


class ProofOfWorkNeeded(Problem):
    """Many are registering at present: solve the challenge in this answer and send the solution along."""

    status, code, title = 403, "proof_of_work_needed", "Proof of work needed"


class HandleTaken(Problem):
    """This handle has been registered before, and a handle is given out only once; choose another one."""

    status, code, title = 409, "handle_taken", "Handle taken"


class KeyInUse(Problem):
    """This key already has a handle on this server, and a key has only one."""

    status, code, title = 409, "key_in_use", "Key in use"


class HandleUnknown(Problem):
    """There is no such handle on this server."""

    status, code, title = 404, "not_found", "Not found"


class OtherServer(Problem):
    """This handle belongs to another server; ask that one."""

    status, code, title = 404, "other_server", "A handle of another server"


class SessionNeeded(Problem):
    """Show your key: sign a session over a challenge and send it as the Authorization header, Kez-Session."""

    status, code, title = 401, "session_needed", "A session is needed"


class ChallengeUnknown(Problem):
    """This challenge was not given to this key, has been used, or is older than 60 s; ask for a new one."""

    status, code, title = 401, "challenge_unknown", "Unknown challenge"


class NotRegistered(Problem):
    """This key does not have this handle."""

    status, code, title = 403, "not_registered", "Not the key's handle"


class HandleSuspended(Problem):
    """This handle is suspended; write to the server's operators."""

    status, code, title = 403, "handle_suspended", "Handle suspended"


class ModerationRefused(ValueError):  # noqa: N818 - named as the deed is
    """An operator's deed that cannot be done; the message is the sentence to show."""

    code = "moderation_refused"
