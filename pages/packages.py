"""The npm packages whose modules pages import, and the name by which a module imports them.

Only these folders are served, not all of node_modules; package-lock.json pins what is in them.
"""

from dataclasses import dataclass
from pathlib import Path

VENDOR = "vendor"


@dataclass(frozen=True, slots=True)
class Package:
    """`name` as in an import statement; `folder` inside the package that is served; `entry` the module behind the bare
    name, or None where only modules below it are imported."""

    name: str
    folder: str
    entry: str | None

    @property
    def prefix(self) -> str:
        """Where the package's files lie among the static files."""
        return f"{VENDOR}/{self.name}"

    def source(self, root: Path) -> Path:
        """The folder of this checkout from which its files are served."""
        return root / "node_modules" / self.name / self.folder


PACKAGES = (
    Package("@hpke/chacha20poly1305", "esm", "mod.js"),
    Package("@hpke/common", "esm", "mod.js"),
    Package("@hpke/core", "esm", "mod.js"),
    Package("@hpke/dhkem-x25519", "esm", "mod.js"),
    Package("@noble/ciphers", "", None),
    Package("@noble/curves", "", None),
    Package("@noble/hashes", "", None),
    Package("@scure/bip39", "", "index.js"),
    Package("canonicalize", "lib", "canonicalize.js"),
    Package("idb", "build", "index.js"),
    Package("linkifyjs", "dist", "linkify.mjs"),
)


def static_folders(root: Path) -> list[tuple[str, str]]:
    """The packages as entries of STATICFILES_DIRS."""
    return [(package.prefix, str(package.source(root))) for package in PACKAGES]
