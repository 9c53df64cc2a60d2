"""What other rooms may act on; each is sent after the commit, with `primary_hex` (64 hex digits)."""

from django.dispatch import Signal

handle_suspended = Signal()
handle_reinstated = Signal()
handle_released = Signal()
registration_decided = Signal()
