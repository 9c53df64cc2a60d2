"""Who may do what at the desk. An operator has one role, which is a group of that name in the database."""

from enum import StrEnum
from typing import Any

from django.apps import apps as default_apps


class Role(StrEnum):
    MODERATOR = "moderator"
    OPERATOR = "operator"
    AUDITOR = "auditor"


# What each may see.
_SEE_ALL = frozenset(
    {
        "console.see_dashboard",
        "registry.view_handle",
        "registry.view_reservation",
        "registry.view_invite",
        "registry.view_pendingregistration",
        "registry.view_auditentry",
        "registry.view_transparencyentry",
        "reports.view_report",
        "files.view_attachment",
    }
)
_MODERATE = frozenset(
    {
        "registry.moderate_handle",
        "registry.decide_registration",
        "reports.handle_report",
        "files.remove_attachment",
    }
)
_AUDIT = frozenset({"console.view_operator", "registry.export_auditentry"})
_OPERATE = frozenset(
    {
        "registry.release_handle",
        "registry.add_reservation",
        "registry.change_reservation",
        "registry.delete_reservation",
        "registry.add_invite",
        "registry.revoke_invite",
        "files.set_quota",
        "console.change_operator",
    }
)
PERMISSIONS: dict[Role, frozenset[str]] = {
    Role.MODERATOR: _SEE_ALL | _MODERATE,
    Role.OPERATOR: _SEE_ALL | _MODERATE | _AUDIT | _OPERATE,
    Role.AUDITOR: _SEE_ALL | _AUDIT,
}


def sync_roles(*, apps: Any = default_apps, **_: Any) -> None:
    """Receiver of `post_migrate`: the groups have exactly these permissions, whatever somebody did to them."""
    try:
        groups, permissions = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    except LookupError:
        return  # another app alone is being migrated
    rows = permissions.objects.values_list("content_type__app_label", "codename", "pk")
    known = {f"{app}.{codename}": pk for app, codename, pk in rows}
    for role, names in PERMISSIONS.items():
        group, _made = groups.objects.get_or_create(name=role.value)
        wanted = {known[name] for name in names if name in known}
        if wanted != set(group.permissions.values_list("pk", flat=True)):
            group.permissions.set(wanted)
