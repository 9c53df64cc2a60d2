"""All writes of the registry: each is atomic and leaves its audit entry; effects follow the commit.

The verbs live in a file for each topic; this is the one door for other rooms.
"""

from registry.approvals import approve_registration as approve_registration
from registry.approvals import decline_registration as decline_registration
from registry.audit import Actor as Actor
from registry.invites import invite_link as invite_link
from registry.invites import make_invite as make_invite
from registry.invites import revoke_invite as revoke_invite
from registry.moderation import mark_well_known as mark_well_known
from registry.moderation import note_handle as note_handle
from registry.moderation import reinstate_handle as reinstate_handle
from registry.moderation import release_handle as release_handle
from registry.moderation import suspend_handle as suspend_handle
from registry.registering import Registered as Registered
from registry.registering import Waiting as Waiting
from registry.registering import register_handle as register_handle
from registry.reservation_lists import Imported as Imported
from registry.reservation_lists import export_reservations as export_reservations
from registry.reservation_lists import import_reservations as import_reservations
from registry.reserving import reserve_name as reserve_name
from registry.reserving import unreserve_name as unreserve_name
from registry.sessions import CHALLENGE_SECONDS as CHALLENGE_SECONDS
from registry.sessions import consume_session as consume_session
from registry.sessions import issue_challenge as issue_challenge
from registry.sessions import prove_key as prove_key
