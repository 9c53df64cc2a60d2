"""Forms of the operators' console."""

from django import forms


class ReasonForm(forms.Form):
    """Why an operator does it; kept in the audit trail."""

    reason = forms.CharField(
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60}),
        help_text="Kept in the audit trail, where other operators read it.",
        error_messages={"required": "A reason is needed; it is kept in the audit trail."},
    )
