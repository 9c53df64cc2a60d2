"""Addresses of the room of files."""

from django.urls import path, register_converter

from files.views import AnnounceView, ContentView, FileView


class FileIdConverter:
    """A file id in an address; anything else is not found."""

    regex = "[0-9a-f]{32}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(FileIdConverter, "file_id")

urlpatterns = [
    path("v1/files", AnnounceView.as_view(), name="announce-file"),
    path("v1/files/<file_id:file_id>", FileView.as_view(), name="file"),
    path("v1/files/<file_id:file_id>/content", ContentView.as_view(), name="file-content"),
]
