"""The Chromium in which tests try the pages: `python -m devstack.chromium` finds one, or installs it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

# The headless shell is the same Chromium without windows: tests take three quarters of the time with it.
NAMES = (
    "chromium-headless-shell",
    "chromium",
    "google-chrome",
    "google-chrome-stable",
    "chromium-browser",
    "chrome",
    "microsoft-edge",
)
APT_PACKAGES = ("chromium-headless-shell", "chromium")
APT_INSTALL = ("apt-get", "install", "-y", "--no-install-recommends")
PLAYWRIGHT_INSTALL = (sys.executable, "-m", "playwright", "install", "chromium")


def find() -> str | None:
    """The program to run: KEZ_CHROMIUM, one on PATH, or Playwright's own. None where there is none that starts."""
    if named := os.environ.get("KEZ_CHROMIUM"):
        return named if _starts(named) else None
    on_path = (shutil.which(name) for name in NAMES)
    return next((path for path in [*on_path, _of_playwright()] if path and _starts(path)), None)


def _of_playwright() -> str | None:
    # Imported here: who only asks for the Chromium on PATH need not have Playwright.
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def _starts(path: str) -> bool:
    """Whether it tells its version; some systems have a program of that name that only says where to get it."""
    try:
        done = subprocess.run([path, "--version"], capture_output=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def install() -> None:
    """Tries the system's packages as root, then Playwright's download; whether one worked, `find` tells."""
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium with apt (once)", flush=True)
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update"], env=environment, check=False, **quiet)  # type: ignore[call-overload]
        for package in APT_PACKAGES:
            subprocess.run([*APT_INSTALL, package], env=environment, check=False, **quiet)  # type: ignore[call-overload]
            if find():
                return
    print("Installing Playwright's Chromium (once)", flush=True)
    subprocess.run(PLAYWRIGHT_INSTALL, check=False)


def main() -> int:
    if find():
        return 0
    if named := os.environ.get("KEZ_CHROMIUM"):
        print(f"KEZ_CHROMIUM={named} does not start: correct it, or unset it.", file=sys.stderr)
        return 1
    install()
    if find():
        return 0
    print(
        "The tests need a Chromium and none could be installed: install chromium or google-chrome, "
        "or name one with KEZ_CHROMIUM=/path/to/chromium.",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
