"""What deeds ask for."""

from typing import Any

from django import forms
from django.utils import timezone


class ReasonForm(forms.Form):
    """Why an operator does it; kept in the audit trail."""

    reason = forms.CharField(
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60}),
        help_text="Kept in the audit trail, where other operators read it.",
        error_messages={"required": "A reason is needed; it is kept in the audit trail."},
    )


class OptionalReasonForm(ReasonForm):
    """As above, where most deeds speak for themselves."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = False


class ExpiringForm(forms.ModelForm):  # type: ignore[type-arg]
    """Of rows that may end by themselves."""

    expires_at = forms.DateTimeField(
        label="Expires at (UTC)",
        required=False,
        help_text="Empty: never.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def clean_expires_at(self) -> Any:
        moment = self.cleaned_data["expires_at"]
        if moment is not None and moment <= timezone.now():
            raise forms.ValidationError("This moment is over; choose a later one, or none.")
        return moment
