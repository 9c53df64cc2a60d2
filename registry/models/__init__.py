"""The registry's tables, a file for each topic. Handles and what is told about them are never deleted."""

from registry.models.audit import AuditEntry as AuditEntry
from registry.models.handles import Handle as Handle
from registry.models.handles import validate_local as validate_local
from registry.models.invites import Invite as Invite
from registry.models.pending import PendingRegistration as PendingRegistration
from registry.models.reservations import Reservation as Reservation
from registry.models.transparency import TransparencyEntry as TransparencyEntry
