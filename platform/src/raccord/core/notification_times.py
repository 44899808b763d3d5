"""When a customer may be written to: quiet hours in the merchant's time zone, and waiting for a tracking number."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from raccord.core.notification_rules import Medium, NotificationRules


def quiet_until(rules: NotificationRules, medium: Medium, now: datetime, zone: ZoneInfo) -> datetime | None:
    """The end of the quiet hours in which `now` lies; None: write. `now` with its zone; so is the answer."""
    if rules.quiet_from == rules.quiet_until or (medium == "email" and not rules.quiet_email):
        return None
    local = now.astimezone(zone)
    if not _inside(local.hour, rules.quiet_from, rules.quiet_until):
        return None
    end = local.replace(hour=rules.quiet_until, minute=0, second=0, microsecond=0)
    if end <= local:
        end = (end + timedelta(days=1)).replace(
            hour=rules.quiet_until
        )  # the wall clock's day: 23 or 25 hours, too
    return end


def _inside(hour: int, start: int, end: int) -> bool:
    return start <= hour < end if start < end else hour >= start or hour < end


def waits_for_tracking(
    rules: NotificationRules, tracking: str, seen_at: datetime, now: datetime
) -> datetime | None:
    """Until when a parcel waits for its number; None: it has one, or has waited long enough."""
    last = seen_at + timedelta(hours=rules.tracking_hours)
    return None if tracking or now >= last else last
