"""What other servers do: measured in this run where they are installed, else figures of an earlier day, quoted."""

from dataclasses import dataclass

from bench.figures import Bars, Figures, Table

SYNAPSE = "Matrix Synapse"
BARE = "nats-py alone"
UNSYNCED = "nats-py alone, without syncs"
PROSODY = "Prosody with archive"


@dataclass(frozen=True)
class Baseline:
    """`ours` and `theirs` name values of this run.

    `quoted` is what the other server did on another day; `value` the same as a number, the better end of a range.
    """

    what: str
    server: str
    theirs: str
    ours: str
    quoted: str = ""
    value: float = 0.0
    faster_is_less: bool = False

    def is_measured(self, found: Figures) -> bool:
        return self.theirs in found.values

    def value_in(self, found: Figures) -> float:
        """Of this run if there is one."""
        return found.values.get(self.theirs, self.value)


BASELINES = (
    Baseline(
        "Look-ups a second (Synapse: profile reads)",
        SYNAPSE,
        "synapse look-ups",
        "look-ups daphne",
        "380 to 620",
        620,
    ),
    Baseline(
        "Registrations a second (Synapse: hashes a password)",
        SYNAPSE,
        "synapse registrations",
        "registrations daphne",
        "3.3",
        3.3,
    ),
    Baseline(
        "A message from end to end, one at a time",
        SYNAPSE,
        "synapse p50",
        "p50 daphne",
        "35 to 40 ms",
        0.035,
        faster_is_less=True,
    ),
    Baseline(
        "Messages a second, 8 pairs (Synapse: 16 under way, ours: 128)",
        SYNAPSE,
        "synapse messages",
        "messages daphne",
        "50 to 58",
        58,
    ),
    Baseline(
        "A message from end to end, one at a time",
        PROSODY,
        "prosody p50",
        "p50 daphne",
        "1.9 ms",
        0.0019,
        faster_is_less=True,
    ),
    Baseline(
        "A message from end to end, among 128 under way",
        PROSODY,
        "prosody p50 window",
        "p50 window daphne",
        faster_is_less=True,
    ),
    Baseline(
        "Messages a second, 8 pairs, 128 under way",
        PROSODY,
        "prosody messages",
        "messages daphne",
        "1,400",
        1400,
    ),
)
RUN_HERE = (
    'What says "run here" was measured in the same run as ours, one server after the other, on this machine; how, '
    "and what else the machine did, its table below says."
)
QUOTED = (
    'What says "quoted" was **not** run here: it is from trials on another day, of Synapse 1.163 with SQLite and of '
    "Prosody, on a machine of the same size (2 cores), with the client on the same machine. Where a range was "
    "measured, ours is held against its better end."
)
OTHER_WORK = (
    "Each is spoken to in its own protocol. They do other work than we do (rooms, federation): read the figures as an "
    "order of magnitude."
)


def beside_others(found: Figures) -> list[Table]:
    """Our figures of this run beside theirs; nothing if ours were not measured."""
    known = [
        each for each in BASELINES if each.ours in found.values and (each.is_measured(found) or each.quoted)
    ]
    here = {each.is_measured(found) for each in known}
    text = [*([RUN_HERE] if True in here else []), *([QUOTED] if False in here else []), OTHER_WORK]
    if f"p50 {UNSYNCED}" in found.values:
        text.append(_price_of_syncs(found))
    columns = ("what", "kez-chat, daphne", "the other", "its figure", "from", "better by")
    rows = [_row(each, found) for each in known]
    return [Table("Beside other servers", " ".join(text), columns, rows)] if rows else []


def _price_of_syncs(found: Figures) -> str:
    synced, unsynced = (found.values[f"p50 {name}"] * 1e3 for name in (BARE, UNSYNCED))
    return (
        "Prosody's archive is not synced to the disk. With us each message is, before its sender is told that it was "
        f"sent: of a single message's time that takes {synced - unsynced:.2f} ms (nats-py alone: {synced:.2f} ms with, "
        f"{unsynced:.2f} ms without)."
    )


def bars(found: Figures) -> list[Bars]:
    """A picture for look-ups and one for messages."""
    ours = {name: name for name in ("daphne", "uvicorn")}
    kinds = {
        "look-ups": ("Look-ups a second", ours),
        "messages": ("Messages a second, 8 pairs", {BARE: BARE, **ours}),
    }
    made = []
    for kind, (title, names) in kinds.items():
        measured = [
            (name if name == BARE else f"kez-chat, {name}", found.values[f"{kind} {name}"])
            for name in names
            if f"{kind} {name}" in found.values
        ]
        others = [each for each in BASELINES if each.ours == f"{kind} daphne"]
        theirs = [(each.server, each.value_in(found)) for each in others]
        quoted = [each.server for each in others if not each.is_measured(found)]
        if measured:
            made.append(Bars(kind, title, "", [*measured, *theirs], quoted))
    return made


def _row(each: Baseline, found: Figures) -> list[str]:
    ours, theirs = found.values[each.ours], each.value_in(found)
    measured = each.is_measured(found)
    return [
        each.what,
        _shown(each, ours),
        each.server,
        _shown(each, theirs) if measured else each.quoted,
        "run here" if measured else "quoted",
        f"{theirs / ours if each.faster_is_less else ours / theirs:.1f} ×",
    ]


def _shown(each: Baseline, value: float) -> str:
    if each.faster_is_less:
        return f"{value * 1e3:.2f} ms"
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"
