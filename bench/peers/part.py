"""The part `peers` of the bench: whichever of the two servers is here. None is no fault."""

import base64
import os
from collections.abc import Callable, Mapping
from dataclasses import replace

from bench.figures import Figures
from bench.peers import prosody, prosody_figures, synapse, synapse_figures
from bench.peers.program import PeerError
from bench.people import ALICE, BOB, text_message
from kezproto.envelope import seal

Peer = tuple[Callable[[], str | None], Callable[[str, str], Figures]]
PEERS: Mapping[str, Peer] = {
    f"Matrix Synapse ({synapse.VARIABLE} names the interpreter that has it)": (
        synapse.found,
        synapse_figures.figures,
    ),
    f"Prosody (on the PATH, or named by {prosody.VARIABLE})": (prosody.found, prosody_figures.figures),
}


def figures(peers: Mapping[str, Peer] = PEERS) -> Figures:
    """What those do that are installed. Prints one sentence about the others, and one for each that fails."""
    envelope = seal(text_message(ALICE, BOB, "a text of usual length"), BOB.primary)
    body = base64.b64encode(envelope).decode()
    found = Figures()
    absent = []
    for name, (look_for, measure) in peers.items():
        program = look_for()
        if program is None:
            absent.append(name)
            continue
        try:
            found.add(_with_load(measure, program, body))
        except (PeerError, OSError) as fault:
            print(f"{name} was not measured: {str(fault) or 'it took too long.'}", flush=True)
    if absent:
        print(f"Not here, so not measured beside ours: {' and '.join(absent)}.", flush=True)
    return found


def _with_load(measure: Callable[[str, str], Figures], program: str, body: str) -> Figures:
    """Ours was measured minutes ago: the machine may do other things by now, and the page has to say so."""
    load = os.getloadavg()[0]
    found = measure(program, body)
    found.tables = [replace(table, text=f"{table.text} Load before: {load:.1f}.") for table in found.tables]
    return found
