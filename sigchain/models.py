"""Chains and their events, as stored. Read them through lookup.py, write them through services.py."""

from django.db import models


class Chain(models.Model):
    """The head of one key's chain: the row that an append locks.

    A row exists only for a chain that has at least one event.
    """

    primary = models.CharField(primary_key=True, max_length=64, help_text="The key, 64 lower-case hex.")
    head_seq = models.PositiveIntegerField(default=0)
    head_hash = models.CharField(max_length=71, default="", help_text="`sha256:<hex>` of the newest event.")
    head_created_at = models.DateTimeField(null=True, help_text="What the newest event says of itself.")
    stored_bytes = models.PositiveBigIntegerField(default=0, help_text="Sum of the events' canonical sizes.")

    def __str__(self) -> str:
        return f"ed25519:{self.primary} at {self.head_seq}"


class Event(models.Model):
    """One signed object, never changed or deleted once it is written."""

    chain = models.ForeignKey(Chain, on_delete=models.PROTECT, related_name="events", db_column="primary_hex")
    seq = models.PositiveIntegerField()
    hash = models.CharField(max_length=71, unique=True)
    document = models.TextField(help_text="RFC 8785 canonical JSON of the whole signed object.")
    received_at = models.DateTimeField(help_text="This server's clock; no part of the chain.")

    class Meta:
        ordering = ["chain", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["chain", "seq"], name="sigchain_one_event_a_seq"),
            models.CheckConstraint(condition=models.Q(seq__gte=1), name="sigchain_seq_from_one"),
        ]

    def __str__(self) -> str:
        return f"ed25519:{self.chain_id} {self.seq} {self.hash}"
