"""The pages of the desk, a file for each table. Django finds them here."""

from console.admin import attachments as attachments
from console.admin import audit as audit
from console.admin import handles as handles
from console.admin import invites as invites
from console.admin import operators as operators
from console.admin import registrations as registrations
from console.admin import reports as reports
from console.admin import reservations as reservations
