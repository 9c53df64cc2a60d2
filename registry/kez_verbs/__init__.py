"""The registry's verbs of `manage.py kez`."""

from registry.kez_verbs import audit as audit
from registry.kez_verbs import handles as handles
from registry.kez_verbs import registrations as registrations
from registry.kez_verbs import reservations as reservations
