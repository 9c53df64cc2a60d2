"""Who may register where registration is by invitation."""

from datetime import datetime

from django.db import models


class Invite(models.Model):
    """A code that lets so many keys register. Only its hash is stored: it is shown once, when it is made."""

    code_hash = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(max_length=8, editable=False, help_text="The last characters of the code.")
    note = models.CharField(max_length=200, blank=True, help_text="For whom it is; other operators read it.")
    uses_allowed = models.PositiveIntegerField("uses", default=1)
    uses = models.PositiveIntegerField("used", default=0, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True, help_text="Empty: it does not expire.")
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.CharField(max_length=200, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ("-created_at", "-pk")
        permissions = (("revoke_invite", "Can withdraw invites"),)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(uses__lte=models.F("uses_allowed")), name="invite_not_overused"
            ),
        )

    def __str__(self) -> str:
        return f"…{self.hint}"

    def is_good(self, *, now: datetime) -> bool:
        """Whether somebody could register with it now."""
        unexpired = self.expires_at is None or self.expires_at > now
        return self.revoked_at is None and unexpired and self.uses < self.uses_allowed
