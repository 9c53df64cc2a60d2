"""Addresses of the room of files."""

from django.urls import path, register_converter

from files.shared_files_views import SharedFilesView
from files.views import AnnounceView, ContentView, FileView


class HexConverter:
    """Hex digits in an address; anything else is not found."""

    regex = ""

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class FileIdConverter(HexConverter):
    regex = "[0-9a-f]{32}"


class PrimaryConverter(HexConverter):
    regex = "[0-9a-f]{64}"


register_converter(FileIdConverter, "file_id")
register_converter(PrimaryConverter, "primary")

urlpatterns = [
    path("v1/files", AnnounceView.as_view(), name="announce-file"),
    path("v1/files/<file_id:file_id>", FileView.as_view(), name="file"),
    path("v1/files/<file_id:file_id>/content", ContentView.as_view(), name="file-content"),
    path("v1/shared-files/<primary:primary>", SharedFilesView.as_view(), name="shared-files"),
]
