"""What a server for so many people needs: a written model, `python -m bench.capacity` prints the tables of
docs/capacity.md. Every measured number names where it was measured; every other one is an assumption to change.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

DAY = 86_400
PAGE, TRIAL = "performance.md", "in trials of 4,000 devices"


@dataclass(frozen=True)
class Habits:
    """What one person does. Assumptions."""

    active_share: float = 0.5  # of all handles, on a day
    online_share: float = 0.2  # of all handles, at the peak
    sockets: float = 1.3  # devices of somebody who is online
    messages: int = 40  # that an active person sends on a day
    received_by: float = 1.0  # each message goes to one inbox; a group's to each of its members
    receipts: float = 1.0  # sealed messages back, for each message
    envelope_bytes: int = 1_100  # a text of usual length, sealed and padded
    looks: int = 20  # look-ups of an active person on a day
    files: float = 0.5  # that an active person sends on a day
    file_bytes: int = 1_000_000
    file_days: int = 30  # KEZ_FILES_MAX_AGE_DAYS
    kept_days: float = (
        2.0  # how long a message waits in the broker until its reader's devices have all had it
    )
    peak: float = 4.0  # the busiest hour against the average


@dataclass(frozen=True)
class Measured:
    """What one process does, rounded down, on cores like those of docs/performance.md."""

    messages_a_second: int = 800  # a web process on daphne
    look_ups_a_second: int = 700  # a web process on daphne
    socket_bytes: int = 60_000  # of an idle websocket, in the web process
    sockets_a_process: int = 5_000  # KEZ_WS_MAX_SOCKETS
    consumer_bytes: int = 51_000  # of a durable consumer in nats-server
    consumer_files: int = 3
    syncs_a_second: int = 3_000  # at 0.3 ms each
    process_bytes: int = 180_000_000  # a web, worker, callout or ingest process with nothing to do
    handle_bytes: int = 2_500  # a row with its registration, audit entry and indexes


@dataclass(frozen=True)
class Machine:
    name: str
    cores: int
    memory_gb: int
    euros_a_month: int


# Assumptions: what such virtual machines cost at usual hosts. Change them to what yours asks.
MACHINES = (
    Machine("small", 2, 4, 8),
    Machine("medium", 4, 8, 16),
    Machine("large", 8, 16, 32),
    Machine("huge", 16, 32, 64),
)
DISK_EUROS_A_GB_MONTH = 0.05
# A machine is planned to be no fuller than this at the peak.
FULL = 0.6
# Broker, Valkey, database, callout, janitor, ingest, two workers, beat, sigchain; counted as so many idle processes.
OTHER_PROCESSES = 10


@dataclass(frozen=True)
class Need:
    """At the peak, unless it says otherwise."""

    people: int
    sockets: float
    messages_a_second: float
    look_ups_a_second: float
    syncs_a_second: float
    web_processes: int
    consumer_files: float
    memory_gb: float
    cores: float
    broker_gb: float
    files_gb: float
    database_gb_a_year: float


def need(people: int, habits: Habits = Habits(), measured: Measured = Measured()) -> Need:
    """What `people` handles need."""
    active = people * habits.active_share
    sockets = people * habits.online_share * habits.sockets
    sealed = active * habits.messages * (habits.received_by + habits.receipts)  # on a day
    messages = sealed / DAY * habits.peak
    looks = active * habits.looks / DAY * habits.peak
    chunks = active * habits.files / DAY * habits.peak * math.ceil(habits.file_bytes / 81_920)
    syncs = messages + chunks
    web = max(1, math.ceil(sockets / measured.sockets_a_process / FULL))
    web = max(
        web, math.ceil((messages / measured.messages_a_second + looks / measured.look_ups_a_second) / FULL)
    )
    memory = (
        sockets * (measured.socket_bytes + measured.consumer_bytes)
        + (web + OTHER_PROCESSES) * measured.process_bytes
    )
    # A message keeps a web core busy for its share, and the broker's about as long.
    cores = 2 * messages / measured.messages_a_second + looks / measured.look_ups_a_second
    return Need(
        people=people,
        sockets=sockets,
        messages_a_second=messages,
        look_ups_a_second=looks,
        syncs_a_second=syncs,
        web_processes=web,
        consumer_files=sockets * measured.consumer_files,
        memory_gb=memory / 1e9,
        cores=cores,
        broker_gb=sealed * habits.kept_days * habits.envelope_bytes / 1e9,
        files_gb=active * habits.files * habits.file_bytes * habits.file_days / 1e9,
        database_gb_a_year=people * measured.handle_bytes / 1e9,
    )


@dataclass(frozen=True)
class Bill:
    machine: Machine
    machines: int
    disk_gb: int
    euros_a_month: float


def bill(needed: Need) -> Bill:
    """The cheapest way with machines of one size; from two machines on a third, so that the broker is a cluster."""
    disk = math.ceil(20 + (needed.broker_gb + needed.files_gb + needed.database_gb_a_year) / FULL)
    bills = []
    for machine in MACHINES:
        count = math.ceil(
            max(needed.memory_gb / machine.memory_gb, needed.cores / machine.cores, 0.01) / FULL
        )
        count = count if count == 1 else max(3, count)
        copies = min(count, 3)  # a cluster keeps three copies of what the broker holds
        stored = disk + math.ceil(needed.broker_gb / FULL) * (copies - 1)
        euros = count * machine.euros_a_month + stored * DISK_EUROS_A_GB_MONTH
        bills.append(Bill(machine, count, stored, euros))
    return min(bills, key=lambda each: each.euros_a_month)


SIZES = (1_000, 10_000, 100_000)


def needs_table(sizes: Sequence[int] = SIZES) -> str:
    needs = [need(people) for people in sizes]
    rows = [
        ("websockets open", [f"{each.sockets:,.0f}" for each in needs]),
        ("sealed messages a second", [f"{each.messages_a_second:,.1f}" for each in needs]),
        ("look-ups a second", [f"{each.look_ups_a_second:,.1f}" for each in needs]),
        ("synced writes a second in the broker", [f"{each.syncs_a_second:,.1f}" for each in needs]),
        ("web processes", [f"{each.web_processes}" for each in needs]),
        ("files of consumers in the broker", [f"{each.consumer_files:,.0f}" for each in needs]),
        ("memory, GB", [f"{each.memory_gb:.1f}" for each in needs]),
        ("cores busy", [f"{each.cores:.2f}" for each in needs]),
        ("stored in the broker, GB", [f"{each.broker_gb:.2f}" for each in needs]),
        ("stored attachments, GB", [f"{each.files_gb:,.0f}" for each in needs]),
        ("database, GB", [f"{each.database_gb_a_year:.2f}" for each in needs]),
    ]
    return _table(("at the peak", *(f"{people:,} people" for people in sizes)), rows)


def bills_table(sizes: Sequence[int] = SIZES) -> str:
    rows = []
    for people in sizes:
        made = bill(need(people))
        machine = made.machine
        shown = f"{made.machines} × {machine.name} ({machine.cores} cores, {machine.memory_gb} GB)"
        each = made.euros_a_month / people
        rows.append(
            (f"{people:,}", [shown, f"{made.disk_gb:,} GB", f"€{made.euros_a_month:,.0f}", f"€{each:.4f}"])
        )
    return _table(("people", "machines", "disk", "a month", "a month for each"), rows)


def habits_table() -> str:
    habits = Habits()
    rows = [
        ("of all handles, used on a day", f"{habits.active_share:.0%}"),
        ("of all handles, online at the peak", f"{habits.online_share:.0%}"),
        ("devices of somebody online", f"{habits.sockets}"),
        ("messages that an active person sends on a day", f"{habits.messages}"),
        ("receipts for each message", f"{habits.receipts:.0f}"),
        ("bytes of a sealed text", f"{habits.envelope_bytes:,}"),
        ("look-ups of an active person on a day", f"{habits.looks}"),
        ("files that an active person sends on a day", f"{habits.files}"),
        ("bytes of a file", f"{habits.file_bytes:,}"),
        ("days that a file is kept", f"{habits.file_days}"),
        ("days that a message stays in the broker", f"{habits.kept_days:.0f}"),
        ("the busiest hour against the average", f"{habits.peak:.0f} ×"),
    ]
    return _table(("habit", "assumed"), [(name, [value]) for name, value in rows])


def measured_table() -> str:
    measured = Measured()
    rows = [
        ("messages a second through a web process on daphne", f"{measured.messages_a_second:,}", PAGE),
        ("look-ups a second of a web process", f"{measured.look_ups_a_second:,}", PAGE),
        ("memory of an idle websocket", f"{measured.socket_bytes // 1000} KB", PAGE),
        ("memory of a consumer in the broker", f"{measured.consumer_bytes // 1000} KB", TRIAL),
        ("files of a consumer in the broker", f"{measured.consumer_files}", TRIAL),
        ("synced writes a second", f"{measured.syncs_a_second:,}", PAGE),
        ("an idle process of ours", f"{measured.process_bytes // 1_000_000} MB", PAGE),
        ("a handle in the database", f"{measured.handle_bytes:,} bytes", "assumed"),
    ]
    return _table(("what", "taken as", "measured"), [(name, rest) for name, *rest in rows])


def machines_table() -> str:
    rows = [
        (each.name, [str(each.cores), f"{each.memory_gb} GB", f"€{each.euros_a_month}"]) for each in MACHINES
    ]
    return _table(("machine", "cores", "memory", "a month"), rows)


def _table(columns: Sequence[str], rows: Sequence[tuple[str, Sequence[str]]]) -> str:
    aligned = "|---|" + "---:|" * (len(columns) - 1)
    lines = [f"| {' | '.join((name, *cells))} |" for name, cells in rows]
    return "\n".join([f"| {' | '.join(columns)} |", aligned, *lines])


if __name__ == "__main__":
    tables = (bills_table(), habits_table(), measured_table(), needs_table(), machines_table())
    print("\n\n".join(tables))
