"""Celery tasks of the registry: telling operators that something waits for them, by webhook and mail."""

import logging
from typing import Any

import httpx
from celery import shared_task
from django.conf import settings
from django.core.cache import cache
from django.core.mail import send_mail
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from registry import alerts

logger = logging.getLogger(__name__)

_SECONDS = 10.0


def tell_operators(kind: str) -> None:
    """Soon: at once if there was no alert of this kind for KEZ_ALERT_PAUSE_SECONDS, else when that time is over.

    A flood of causes makes few alerts. Never an error: what waits is on the operators' desk in any case.
    """
    if not (settings.KEZ_ALERT_WEBHOOK or settings.KEZ_ALERT_MAIL):
        return
    pause: int = settings.KEZ_ALERT_PAUSE_SECONDS
    try:
        if cache.add(f"alert:{kind}", 1, timeout=pause):
            send_alert.apply_async((kind,), retry=False)
        elif cache.add(f"alert:{kind}:again", 1, timeout=pause):
            send_alert.apply_async((kind,), countdown=pause, retry=False)
    except (RedisError, OperationalError, OSError) as error:
        logger.warning("An alert could not be put into the queue: %s", error)


@shared_task(
    bind=True,
    autoretry_for=(httpx.HTTPError, OSError),
    retry_backoff=5,
    retry_backoff_max=600,
    max_retries=8,
)
def send_alert(task: Any, kind: str, by: str = "") -> bool:
    """Send what waits now by each way that the settings name; False if nothing waits any more.

    Each way is a task of its own, so that one that fails is tried again without the other.
    """
    alert = alerts.describe(kind)
    if alert is None:
        return False
    if not by:
        for way, is_set in (("webhook", settings.KEZ_ALERT_WEBHOOK), ("mail", settings.KEZ_ALERT_MAIL)):
            if is_set:
                send_alert.delay(kind, way)
        return True
    address = settings.KEZ_CHAT_PUBLIC_URL + alert.path
    if by == "webhook":
        body = {
            "text": f"{alert.text} {address}",
            "kind": kind,
            "server": settings.KEZ_CHAT_SERVER,
            "url": address,
        }
        httpx.post(settings.KEZ_ALERT_WEBHOOK, json=body, timeout=_SECONDS).raise_for_status()
    else:
        subject = f"[{settings.KEZ_CHAT_SERVER}] {alert.text}"
        send_mail(subject, f"{alert.text}\n\n{address}\n", settings.KEZ_MAIL_FROM, settings.KEZ_ALERT_MAIL)
    return True
