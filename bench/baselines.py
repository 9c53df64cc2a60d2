"""What other servers did, as quoted figures: measured earlier on a machine of the same size, never in this run."""

from dataclasses import dataclass

from bench.figures import Bars, Figures, Table

SYNAPSE = "Matrix Synapse 1.163"
BARE = "nats-py alone"
PROSODY = "Prosody with archive"


@dataclass(frozen=True)
class Baseline:
    """`theirs` as it was quoted; `value` in the unit of `ours`, the better end where a range was measured."""

    what: str
    server: str
    theirs: str
    value: float
    ours: str
    faster_is_less: bool = False


BASELINES = (
    Baseline("Look-ups a second (Synapse: profile reads)", SYNAPSE, "380 to 620", 620, "look-ups daphne"),
    Baseline("Registrations a second, fully verified", SYNAPSE, "3.3", 3.3, "registrations daphne"),
    Baseline("A message from end to end", SYNAPSE, "35 to 40 ms", 0.035, "p50 daphne", faster_is_less=True),
    Baseline("Messages a second (Synapse: 16 at a time)", SYNAPSE, "50 to 58", 58, "messages daphne"),
    Baseline("A message from end to end", PROSODY, "1.9 ms", 0.0019, "p50 daphne", faster_is_less=True),
    Baseline("Messages a second, 8 pairs", PROSODY, "1,400", 1400, "messages daphne"),
)


def beside_others(found: Figures) -> list[Table]:
    """Our figures of this run beside the quoted ones; nothing if they were not measured."""
    known = [each for each in BASELINES if each.ours in found.values]
    rows = [
        [
            each.what,
            _shown(each, found.values[each.ours]),
            f"{each.server}: {each.theirs}",
            _times(each, found),
        ]
        for each in known
    ]
    text = (
        f"{SYNAPSE} (SQLite) and {PROSODY} were **not** run here. Their figures are quoted from trials on another day, "
        "on a machine of the same size (2 cores), with the client on the same machine, through each server's own "
        "protocol. Where a range was measured, ours is held against its better end. They do other work than we do "
        "(rooms, federation): read them as an order of magnitude."
    )
    columns = ("what", "kez-chat, daphne", "quoted", "better by")
    return [Table("Beside other servers", text, columns, rows)] if rows else []


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
        quoted = [(each.server, each.value) for each in BASELINES if each.ours == f"{kind} daphne"]
        if measured:
            made.append(Bars(kind, title, "", [*measured, *quoted], [name for name, _ in quoted]))
    return made


def _times(each: Baseline, found: Figures) -> str:
    ours = found.values[each.ours]
    return f"{each.value / ours if each.faster_is_less else ours / each.value:.1f} ×"


def _shown(each: Baseline, value: float) -> str:
    return f"{value * 1e3:.2f} ms" if each.faster_is_less else f"{value:,.0f}"
