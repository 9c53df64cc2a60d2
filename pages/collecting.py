"""Static files collected for one release: copied, compressed, and marked as whole when all of it is done."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.apps import StaticFilesConfig
from whitenoise.storage import CompressedStaticFilesStorage


def mark_of(folder: str) -> Path:
    """The empty file that says that `collectstatic` came to its end there. Beside the folder, since that is served."""
    return Path(f"{folder.rstrip('/')}.whole")


class OnlyWhatIsLoaded(StaticFilesConfig):
    """Leaves out what no page of ours loads, and what would take minutes to compress: sources, maps, other people's
    pages."""

    default = False
    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        *("*.map", "*.ts", "*.cjs", "*.md", "LICENSE*", "package.json"),
        *("redoc", "rest_framework"),
    ]


class CollectedFiles(CompressedStaticFilesStorage):  # type: ignore[misc]  # whitenoise has no types
    """Writes .br and .gz beside each file that gets smaller by it."""

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        if dry_run:
            return
        mark = mark_of(str(settings.STATIC_ROOT))
        mark.unlink(missing_ok=True)
        yield from super().post_process(paths, dry_run, **options)
        mark.touch()
