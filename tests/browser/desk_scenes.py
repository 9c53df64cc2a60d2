"""Pictures of the operators' desk, with people and figures of a month."""

from typing import Any

from devstack.stack import Stack
from tests.browser.desk import make_operator, sit_down
from tests.browser.visitor import Visitor

PAGES = {
    "handles": "registry/handle/",
    "handle": "registry/handle/2/change/",
    "suspend": "registry/handle/2/do/suspend/",
    "report": "reports/report/1/change/",
    "registrations": "registry/pendingregistration/",
    "reservation-add": "registry/reservation/add/",
    "audit": "registry/auditentry/",
    "second-factor": "second-factor/",
}


def take_desk(camera: Any, operator: Visitor, stack: Stack) -> None:
    stack.manage("shell", "--command", "from tests.browser.desk_people import populate; populate()")
    operator.goto("/admin/")
    camera.take("desk-log-in", operator)
    sit_down(operator, make_operator(stack, "olga"))
    camera.take("desk", operator, whole=True)
    for name, path in PAGES.items():
        operator.goto(f"/admin/{path}")
        camera.take(f"desk-{name}", operator, whole=True)
