"""The mail that tells one person what is wrong, and what is well again."""

from raccord.alerts.models import Alert, News, Reader
from raccord.alerts.words import PLACES, sentence
from raccord.core.notification_mail import written
from raccord.core.notification_rules import Language, Look
from raccord.notifications.composing import as_mail
from raccord.notifications.smtp import SmtpSettings
from raccord_connectors.contract import Text

LOOK = Look(name="Raccord", colour="#0b5c66")
SUBJECT = Text("alert.subject", "{company} : {first}", "{company}: {first}")
MORE = Text("alert.more", "{company} : {count} alertes", "{company}: {count} alerts")
WELL = Text("alert.well", "{company} : tout est rentré dans l’ordre", "{company}: all is well again")
OPENED = Text("alert.opened", "À regarder :", "To look at:")
RESOLVED = Text("alert.resolved", "Rentré dans l’ordre :", "Well again:")
SEE = Text("alert.see", "Voir les alertes", "See the alerts")
WHY = Text(
    "alert.why",
    "Vous recevez ce message comme membre de {company}. Réglez ce qui vous est signalé, et à quel rythme, sur la page "
    "« Alertes ».",
    "You receive this message as a member of {company}. Choose what you are told, and how often, on the page “Alerts”.",
)
WHY_PARTNER = Text(
    "alert.why_partner",
    "Vous recevez ce message parce que {company} vous a donné accès, et que vous l’avez choisi sur sa page « Alertes ». Il cesse "
    "avec cet accès.",
    "You receive this message because {company} has given you access, and you chose it on its page “Alerts”. It ends with that "
    "access.",
)


def mail(company: str, reader: Reader, news: News, server: SmtpSettings, at: str, mark: str) -> bytes:
    """`at`: the address of the company in the product."""
    language: Language = "fr" if reader.language == "fr" else "en"
    parts = []
    for title, alerts in ((OPENED, news.opened), (RESOLVED, news.resolved)):
        if alerts:
            parts.append(_said(title, language))
            parts.append("\n".join(f"- {_line(alert, language, at)}" for alert in alerts))
    parts.append(f"[{_said(SEE, language)}]({at}/alerts)")
    look = Look(
        name=LOOK.name,
        colour=LOOK.colour,
        footer=_said(WHY_PARTNER if reader.partner else WHY, language, company=_plain(company)),
    )
    text = written(_subject(company, news, language), "\n\n".join(parts), look, language)
    return as_mail(text, reader.email, server, LOOK.name, mark, language)


def _subject(company: str, news: News, language: Language) -> str:
    if not news.opened:
        return _said(WELL, language, company=company)
    if len(news.opened) > 1:
        return _said(MORE, language, company=company, count=len(news.opened))
    first = sentence(news.opened[0]).text(language).partition(". ")[0].partition(" : ")[0].rstrip(".")
    return _said(SUBJECT, language, company=company, first=first)


def _line(alert: Alert, language: Language, at: str) -> str:
    said = _plain(sentence(alert).text(language))
    return f"[{said}]({at}/{PLACES[alert.kind]})" if alert.resolved_at is None else said


def _said(text: Text, language: Language, **values: object) -> str:
    return text.fill(**values).text(language)


def _plain(text: str) -> str:
    """A shop called "[…](…)" makes no link."""
    return text.replace("[", "(").replace("]", ")")
