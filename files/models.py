"""The tables of attachments and lists of shared files: what the server knows of what it can neither open nor name."""

from django.db import models
from django.db.models import Q

from files import bitmap
from files.storage import storage_name
from kezproto.file_chunks import sealed_size
from kezproto.keys import Primary
from kezproto.payloads import MAX_ATTACHMENT_BYTES, MAX_CHUNKS
from registry.models import Handle


class Attachment(models.Model):
    """One announced file, from its announcement on. The row outlives the bytes, so that its end can be told."""

    class State(models.TextChoices):
        PENDING = "pending"  # announced; chunks are coming, or wait to be put together
        READY = "ready"  # whole, checked and stored
        FAILED = "failed"  # its sender has to announce and send it anew
        EXPIRED = "expired"  # was ready, and its time is over
        REMOVED = "removed"  # by an operator, for good

    class Cause(models.TextChoices):
        """Why an upload failed."""

        DIGEST_MISMATCH = "digest_mismatch"
        BAD_CHUNK = "bad_chunk"
        TIMED_OUT = "timed_out"

    file_id = models.CharField(max_length=32, unique=True)
    uploader_hex = models.CharField("uploader's key", max_length=64, db_index=True)
    size = models.PositiveIntegerField(help_text="Bytes of the file before sealing.")
    chunks = models.PositiveSmallIntegerField()
    digest = models.CharField(max_length=71, help_text="blake3: and 64 hex digits, over the sealed chunks.")
    access = models.CharField(max_length=71, help_text="The digest of the token that fetches the file.")
    announcement = models.JSONField(help_text="The signed object, kept as evidence.")
    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    cause_code = models.CharField(max_length=16, choices=Cause, blank=True)
    received = models.CharField(max_length=bitmap.HEX_DIGITS, help_text="A bit for each chunk that came.")
    attempt = models.PositiveIntegerField(default=1, help_text="Grows when a failed file is announced again.")
    announced_at = models.DateTimeField(help_text="Also when it was announced again.")
    changed_at = models.DateTimeField(help_text="When its state or a chunk last changed.")
    completed_at = models.DateTimeField(null=True, help_text="When its last chunk came.")
    queued_at = models.DateTimeField(null=True, help_text="When it was last given to a worker to finalise.")
    ready_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-announced_at",)
        permissions = (("remove_attachment", "Can remove attachments"),)
        indexes = (
            models.Index(fields=("announced_at",), name="attachment_by_day"),
            models.Index(fields=("size",), name="attachment_by_size"),
            models.Index(fields=("state", "completed_at"), name="attachment_complete"),
            models.Index(fields=("state", "ready_at"), name="attachment_by_age"),
            models.Index(fields=("uploader_hex", "announced_at"), name="attachment_by_uploader"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=("pending", "ready", "failed", "expired", "removed")),
                name="attachment_state_known",
            ),
            models.CheckConstraint(
                condition=Q(
                    size__gte=1, size__lte=MAX_ATTACHMENT_BYTES, chunks__gte=1, chunks__lte=MAX_CHUNKS
                ),
                name="attachment_size_allowed",
            ),
            models.CheckConstraint(
                condition=(Q(state="failed") & ~Q(cause_code="")) | (~Q(state="failed") & Q(cause_code="")),
                name="attachment_failure_has_a_cause",
            ),
            models.CheckConstraint(
                condition=~Q(state="ready") | Q(ready_at__isnull=False),
                name="attachment_ready_has_its_time",
            ),
        )

    def __str__(self) -> str:
        return self.file_id

    @property
    def uploader(self) -> Primary:
        return Primary.from_hex(self.uploader_hex)

    @property
    def received_bits(self) -> int:
        return bitmap.from_text(self.received)

    @received_bits.setter
    def received_bits(self, bits: int) -> None:
        self.received = bitmap.to_text(bits)

    @property
    def received_count(self) -> int:
        return self.received_bits.bit_count()

    @property
    def sealed_size(self) -> int:
        """How many bytes the stored chunks have together."""
        return sealed_size(self.size)

    @property
    def stored_as(self) -> str:
        """The name in storage, where the bytes lie while the file is ready."""
        return storage_name(self.digest, self.file_id)

    @property
    def is_complete(self) -> bool:
        return self.received_bits == bitmap.all_bits(self.chunks)


class Quota(models.Model):
    """What an operator allows one handle instead of the server's own limits; what is empty is the server's."""

    handle = models.OneToOneField(Handle, on_delete=models.PROTECT, related_name="quota")
    in_flight_bytes = models.PositiveBigIntegerField(null=True)
    stored_bytes = models.PositiveBigIntegerField(null=True)
    files_per_day = models.PositiveIntegerField(null=True)

    class Meta:
        default_permissions = ()
        permissions = (("set_quota", "Can set quotas of handles"),)

    def __str__(self) -> str:
        return f"quota of {self.handle}"


class EarlyChunks(models.Model):
    """Chunks that came before their announcement: counted here for an hour, so that both orders work."""

    uploader_hex = models.CharField(max_length=64)
    file_id = models.CharField(max_length=32)
    received = models.CharField(max_length=bitmap.HEX_DIGITS)
    first_seen = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name_plural = "early chunks"
        constraints = (
            # Two senders may use one id before either announces it; neither disturbs the other.
            models.UniqueConstraint(fields=("uploader_hex", "file_id"), name="early_chunks_once"),
        )

    def __str__(self) -> str:
        return self.file_id

    @property
    def received_bits(self) -> int:
        return bitmap.from_text(self.received)

    @received_bits.setter
    def received_bits(self, bits: int) -> None:
        self.received = bitmap.to_text(bits)


class SharedFilesList(models.Model):
    """The newest list of shared files of a key, to which its sigchain commits; every entry is sealed for one reader."""

    primary_hex = models.CharField("owner's key", max_length=64, unique=True)
    version_no = models.BigIntegerField(help_text="Grows with each list of the same owner.")
    manifest = models.CharField(max_length=71, help_text="blake3: and 64 hex digits, over the document.")
    entries = models.PositiveSmallIntegerField(help_text="How many there are, for all readers together.")
    document = models.BinaryField(help_text="The signed object as canonical JSON.")
    stored_at = models.DateTimeField()

    class Meta:
        ordering = ("-stored_at",)
        verbose_name = "list of shared files"
        verbose_name_plural = "lists of shared files"
        constraints = (
            models.CheckConstraint(condition=Q(version_no__gte=1), name="shared_files_version_positive"),
        )

    def __str__(self) -> str:
        return f"{self.primary_hex[:16]}… no. {self.version_no}"
