"""Addresses of the pages. Those of the app share one shell, so that moving between them keeps the key unlocked."""

from django.urls import path

from pages import views

urlpatterns = [
    path("", views.home, name="home"),
    path("u/<str:handle>", views.profile, name="profile"),
    path("u/<str:handle>/qr.svg", views.qr, name="profile-qr"),
    path("u/<str:handle>/files", views.app, {"page": "files"}, name="files-of"),
    path("docs/cli", views.cli, name="docs-cli"),
    path("join", views.app, {"page": "join"}, name="join"),
    path("restore", views.app, {"page": "restore"}, name="restore"),
    path("unlock", views.app, {"page": "unlock"}, name="unlock"),
    path("chat", views.app, {"page": "chat"}, name="chat"),
    path("chat/<str:handle>", views.app, {"page": "chat"}, name="chat-with"),
    path("files", views.app, {"page": "files"}, name="files"),
    path("contacts", views.app, {"page": "contacts"}, name="contacts"),
    path(".well-known/kez-web.json", views.kez_web, name="kez-web"),
    path("favicon.ico", views.icon, name="icon"),
    path("settings", views.app, {"page": "settings"}, name="settings"),
]
