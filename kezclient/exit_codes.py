"""The exit codes, fixed for good, and what each means; `docs/cli.md` shows this table."""

from enum import IntEnum


class ExitCode(IntEnum):
    """The exit codes, fixed for good: scripts depend on them."""

    OK = 0
    BUG = 1
    USAGE = 2
    PROFILE = 3
    INPUT_NEEDED = 4
    KEY_STORE = 5
    UNREACHABLE = 6
    REFUSED = 7
    NOT_FOUND = 8
    KEY_CHANGED = 9
    BROKER_DOWN = 10
    INBOX_FULL = 11
    TOO_LARGE = 12
    CHAIN_REWRITTEN = 13
    BAD_ANSWER = 14
    UNHEALTHY = 15
    NOT_DELIVERED = 16
    ACCESS_REFUSED = 17
    LOCAL_DATA = 18
    WEB_DIFFERS = 19
    FILE_PENDING = 20
    FILE_GONE = 21
    FILE_FAILED = 22
    FILE_CHANGED = 23
    WAITING = 24
    SENDER_OFFLINE = 25
    INTERRUPTED = 130


EXIT_MEANINGS: dict[ExitCode, str] = {
    ExitCode.OK: "Done.",
    ExitCode.BUG: "A defect of kez-chat; what happened was written to `crash.log` in the state folder.",
    ExitCode.USAGE: "The command line was wrong: an unknown option, a bad handle, a bad phrase.",
    ExitCode.PROFILE: "This profile holds no key yet, or already holds another one.",
    ExitCode.INPUT_NEEDED: "A question would have been asked, but there was nobody to answer it.",
    ExitCode.KEY_STORE: "The key store did not give the key: wrong passphrase, locked, or damaged.",
    ExitCode.UNREACHABLE: "The server or the sigchain service was out of reach; nothing was changed there. A file"
    " that was to be sent is stored and goes out later.",
    ExitCode.REFUSED: "The server refused the request; the code and sentence say why.",
    ExitCode.NOT_FOUND: "No such handle, contact, outbox entry, file, or list of shared files.",
    ExitCode.KEY_CHANGED: "The contact's key changed; nothing is sent until `kez-chat accept-key`.",
    ExitCode.BROKER_DOWN: "The broker was out of reach; what was to be sent is stored and goes out later.",
    ExitCode.INBOX_FULL: "The recipient's inbox is full: the message is stored and goes out later.",
    ExitCode.TOO_LARGE: "The message is too large and was not queued; or your list of shared files is full.",
    ExitCode.CHAIN_REWRITTEN: "A sigchain, or a server's public log, contradicts what was seen before; both versions"
    " are kept as evidence.",
    ExitCode.BAD_ANSWER: "A server's answer was malformed or failed verification.",
    ExitCode.UNHEALTHY: "`kez-chat doctor` found something wrong.",
    ExitCode.NOT_DELIVERED: "The message was sent, but no receipt came within `--wait`.",
    ExitCode.ACCESS_REFUSED: "The broker refused this key; messages are stored and go out later.",
    ExitCode.LOCAL_DATA: "The files of this profile cannot be used as they are.",
    ExitCode.WEB_DIFFERS: "`kez-chat verify-web`: the server gives browsers something else than the list says.",
    ExitCode.FILE_PENDING: "The file is not complete on the server yet, or not on your list; what was begun goes on.",
    ExitCode.FILE_GONE: "The file is no longer there: expired, removed, never uploaded, or no longer shared.",
    ExitCode.FILE_FAILED: "The file did not arrive whole at the server; its sender can try again.",
    ExitCode.FILE_CHANGED: "What came is not the file that was promised; nothing of it was written.",
    ExitCode.WAITING: "The server's operators must agree first; run the same command again later.",
    ExitCode.SENDER_OFFLINE: "The machine that serves the file is out of reach or busy; what was begun is kept.",
    ExitCode.INTERRUPTED: "Interrupted by Ctrl-C (`listen` ends with 0 instead).",
}
