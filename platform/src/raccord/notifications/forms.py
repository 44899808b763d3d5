"""The form of the follow-up table, and of one template."""

from typing import Any

from litestar.datastructures import FormMultiDict
from msgspec.structs import replace

from raccord.channels.typed import Typed
from raccord.core.notification_mail import is_colour
from raccord.core.notification_rules import (
    EVENTS,
    LANGUAGES,
    MOVES,
    STEPS,
    EventName,
    EventRule,
    Look,
    Medium,
    Move,
    NotificationRules,
    Step,
)
from raccord.core.notification_template import LONGEST_SUBJECT, Template, problem
from raccord_connectors.contract import Message, Text

TELLERS = ("shop", "us", "nobody")
BAD_COLOUR = Text(
    "notification.bad_colour",
    "« {typed} » n’est pas une couleur. Écrivez-la comme #1f5f8b.",
    "“{typed}” is not a colour. Write it like #1f5f8b.",
)
BAD_ADDRESS = Text(
    "notification.bad_address",
    "« {typed} » n’est pas une adresse utilisable ici. Elle commence par https://.",
    "“{typed}” is not an address that can be used here. It begins with https://.",
)
BY_NOTHING = Text(
    "notification.by_nothing",
    "Vous avez choisi que nous prévenions le client : cochez e-mail ou SMS.",
    "You chose that we tell the customer: tick e-mail or text message.",
)


def rules(
    form: FormMultiDict, former: NotificationRules, *, local: bool = False
) -> tuple[NotificationRules, dict[str, Message]]:
    """What was typed; where an entry is wrong, the former value with its problem beside it. `local`: pictures of this machine may
    be named, as the sandbox does."""
    typed = Typed(form)
    moves: dict[Step, Move] = {}
    for step in STEPS:
        move: Any = typed.choice(f"move-{step}", MOVES, former.move(step))
        if move != step:
            moves[step] = move
    events = {event: _event(typed, event, former.rule(event)) for event in EVENTS}
    found = replace(
        former,
        moves=moves,
        events={event: rule for event, rule in events.items() if rule != EventRule()},
        quiet_from=typed.whole("quiet_from", former.quiet_from, most=23, example=20),
        quiet_until=typed.whole("quiet_until", former.quiet_until, most=23, example=8),
        quiet_email=typed.flag("quiet_email"),
        oldest_days=typed.whole("oldest_days", former.oldest_days, least=1, most=60, example=3),
        tracking_hours=typed.whole("tracking_hours", former.tracking_hours, most=72, example=4),
        default_language=_language(typed, former),
        look=_look(typed, former.look, local=local),
    )
    return found, typed.wrong


def _event(typed: Typed, event: EventName, former: EventRule) -> EventRule:
    teller: Any = typed.choice(f"teller-{event}", TELLERS, former.teller)
    rule = EventRule(teller=teller, email=typed.flag(f"email-{event}"), sms=typed.flag(f"sms-{event}"))
    if event == "invoiced":
        rule = replace(rule, attach=typed.flag("attach-invoiced"))
    if teller == "us" and not (rule.email or rule.sms):
        typed.wrong[f"teller-{event}"] = BY_NOTHING.fill()
    return rule


def _language(typed: Typed, former: NotificationRules) -> Any:
    return typed.choice("default_language", LANGUAGES, former.default_language)


def _look(typed: Typed, former: Look, *, local: bool) -> Look:
    colour = typed.text("look_colour", 7) or former.colour
    if not is_colour(colour):
        typed.wrong["look_colour"] = BAD_COLOUR.fill(typed=colour)
        colour = former.colour
    return Look(
        name=typed.text("look_name", 100),
        address=_address(typed, "look_address", former.address, local=local),
        logo=_address(typed, "look_logo", former.logo, local=local),
        colour=colour.lower(),
        footer=typed.text("look_footer", 2000),
    )


def _address(typed: Typed, name: str, former: str, *, local: bool) -> str:
    found = typed.text(name, 500)
    usable = found.startswith("https://") or (local and found.startswith("http://127.0.0.1"))
    if found and (not usable or set(found) & set(" \"'<>\\")):
        typed.wrong[name] = BAD_ADDRESS.fill(typed=found[:80])
        return former
    return found


def template(form: FormMultiDict, medium: Medium) -> tuple[Template, dict[str, Message]]:
    """As typed, with what is wrong by entry."""
    typed = Typed(form)
    wrong: dict[str, Message] = {}
    found = Template(
        subject=typed.text("subject", LONGEST_SUBJECT * 4) if medium == "email" else "",
        body=str(form.get("body", "")).replace("\0", "").replace("\r\n", "\n"),
    )
    if medium == "email" and (said := problem(found.subject, LONGEST_SUBJECT)):
        wrong["subject"] = said
    if said := problem(found.body):
        wrong["body"] = said
    return found, wrong
