"""What happens to attachments, told after the commit."""

from django.dispatch import Signal

attachment_complete = Signal()  # file_id: all chunks are in
attachment_ended = Signal()  # attachment: expired or removed; its bytes may go
