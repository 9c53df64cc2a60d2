"""A server without the modules that its pages import does not start."""

from django.core.checks import run_checks

from pages.packages import PACKAGES


def test_missing_packages_are_named_with_what_to_do(settings, tmp_path):
    settings.BASE_DIR = tmp_path
    (error,) = [each for each in run_checks(tags=["staticfiles"]) if each.id == "pages.E001"]
    assert all(package.name in error.msg for package in PACKAGES)
    assert "npm ci" in (error.hint or "")


def test_nothing_is_missing_here():
    assert [each for each in run_checks(tags=["staticfiles"]) if each.id == "pages.E001"] == []
