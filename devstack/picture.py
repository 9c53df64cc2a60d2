"""Runs the demo and draws what a terminal shows, for the README.

python -m devstack.picture docs/images/demo.svg
"""

import re
import subprocess
import sys
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.text import Text

COLUMNS = 104
# The library's template loads fonts from a server of somebody else: a reader's own monospace font does as well.
FORMAT = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)


def main(target: Path) -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "devstack.demo"], stdout=subprocess.PIPE, text=True, check=True
    ).stdout
    with Path("/dev/null").open("w") as nowhere:
        console = Console(record=True, width=COLUMNS, file=nowhere, force_terminal=True)
        console.print(Text("$ make demo", style="bold"))
        for line in shown.splitlines():
            console.print(_styled(line))
        target.parent.mkdir(parents=True, exist_ok=True)
        console.save_svg(str(target), title="kez-chat", code_format=FORMAT, unique_id="demo")


def _styled(line: str) -> Text:
    if line.startswith("•"):
        return Text(line, style="bold cyan")
    if re.match(r" +(alice|bob) \$", line):
        return Text(line, style="green")
    return Text(line)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m devstack.picture FILE.svg")
    main(Path(sys.argv[1]))
