"""The templates that every channel begins with: what a careful shop would write, in French and English."""

from raccord.core.notification_rules import EventName, Language, Medium
from raccord.core.notification_template import Template

LINES = "{% for line in lines %}\n- {{ line.quantity }} × {{ line.name }} ({{ line.amount }})\n{% endfor %}\n"
PARCEL = "{% for line in parcel_lines %}\n- {{ line.quantity }} × {{ line.name }}\n{% endfor %}\n"

MAILS: dict[tuple[EventName, Language], Template] = {
    ("accepted", "fr"): Template(
        subject="Votre commande {{ order_number }} est confirmée",
        body="Bonjour {{ first_name }},\n\nVotre commande {{ order_number }} du {{ placed_on }} est confirmée, pour un total de "
        "{{ total }}.\n\n" + LINES + "\nNous vous écrivons dès qu’elle part.\n\nÀ bientôt,\n{{ shop_name }}",
    ),
    ("accepted", "en"): Template(
        subject="Your order {{ order_number }} is confirmed",
        body="Hello {{ first_name }},\n\nYour order {{ order_number }} of {{ placed_on }} is confirmed, for a total of "
        "{{ total }}.\n\n"
        + LINES
        + "\nWe write to you as soon as it leaves.\n\nBest regards,\n{{ shop_name }}",
    ),
    ("preparing", "fr"): Template(
        subject="Nous préparons votre commande {{ order_number }}",
        body="Bonjour {{ first_name }},\n\nVotre commande {{ order_number }} est en préparation. Nous vous écrivons dès qu’elle "
        "part.\n\nÀ bientôt,\n{{ shop_name }}",
    ),
    ("preparing", "en"): Template(
        subject="We are preparing your order {{ order_number }}",
        body="Hello {{ first_name }},\n\nYour order {{ order_number }} is being prepared. We write to you as soon as it "
        "leaves.\n\nBest regards,\n{{ shop_name }}",
    ),
    ("shipped", "fr"): Template(
        subject="Votre commande {{ order_number }} est partie",
        body="Bonjour {{ first_name }},\n\n{% if shipped_in_full %}\nVotre commande {{ order_number }} est partie"
        "{% else %}\nUne partie de votre commande {{ order_number }} est partie{% endif %}"
        "{% if carrier %} avec {{ carrier }}{% endif %}.\n\n"
        + PARCEL
        + "\n{% if tracking_number %}\nNuméro de suivi : {{ tracking_number }}\n{% endif %}\n\n"
        "{% if tracking_link %}\n[Suivre le colis]({{ tracking_link }})\n{% endif %}\n\n"
        "Adresse de livraison : {{ delivery_address }}\n\nÀ bientôt,\n{{ shop_name }}",
    ),
    ("shipped", "en"): Template(
        subject="Your order {{ order_number }} is on its way",
        body="Hello {{ first_name }},\n\n{% if shipped_in_full %}\nYour order {{ order_number }} is on its way"
        "{% else %}\nA part of your order {{ order_number }} is on its way{% endif %}"
        "{% if carrier %} with {{ carrier }}{% endif %}.\n\n"
        + PARCEL
        + "\n{% if tracking_number %}\nTracking number: {{ tracking_number }}\n{% endif %}\n\n"
        "{% if tracking_link %}\n[Track the parcel]({{ tracking_link }})\n{% endif %}\n\n"
        "Delivery address: {{ delivery_address }}\n\nBest regards,\n{{ shop_name }}",
    ),
    ("invoiced", "fr"): Template(
        subject="La facture de votre commande {{ order_number }}",
        body="Bonjour {{ first_name }},\n\nLa facture {{ invoice_number }} de votre commande {{ order_number }} est établie."
        "{% if not invoice_link %} Vous la trouvez dans votre compte.{% endif %}\n\n"
        "{% if invoice_link %}\n[Voir la facture]({{ invoice_link }})\n{% endif %}\n\nÀ bientôt,\n{{ shop_name }}",
    ),
    ("invoiced", "en"): Template(
        subject="The invoice of your order {{ order_number }}",
        body="Hello {{ first_name }},\n\nThe invoice {{ invoice_number }} of your order {{ order_number }} is ready."
        "{% if not invoice_link %} You find it in your account.{% endif %}\n\n"
        "{% if invoice_link %}\n[See the invoice]({{ invoice_link }})\n{% endif %}\n\nBest regards,\n{{ shop_name }}",
    ),
    ("cancelled", "fr"): Template(
        subject="Votre commande {{ order_number }} est annulée",
        body="Bonjour {{ first_name }},\n\nVotre commande {{ order_number }} est annulée. Si vous l’avez déjà payée, vous êtes "
        "remboursé. Pour toute question, répondez à ce message.\n\nÀ bientôt,\n{{ shop_name }}",
    ),
    ("cancelled", "en"): Template(
        subject="Your order {{ order_number }} is cancelled",
        body="Hello {{ first_name }},\n\nYour order {{ order_number }} is cancelled. If you have paid already, you are given the "
        "money back. For any question, answer this message.\n\nBest regards,\n{{ shop_name }}",
    ),
    ("refunded", "fr"): Template(
        subject="Remboursement de votre commande {{ order_number }}",
        body="Bonjour {{ first_name }},\n\nNous vous remboursons {{ refund_amount }} pour votre commande {{ order_number }}"
        "{% if refund_reason %} ({{ refund_reason }}){% endif %}.\n\nÀ bientôt,\n{{ shop_name }}",
    ),
    ("refunded", "en"): Template(
        subject="Refund for your order {{ order_number }}",
        body="Hello {{ first_name }},\n\nWe give you back {{ refund_amount }} for your order {{ order_number }}"
        "{% if refund_reason %} ({{ refund_reason }}){% endif %}.\n\nBest regards,\n{{ shop_name }}",
    ),
}
TEXTS: dict[tuple[EventName, Language], str] = {
    ("accepted", "fr"): "{{ shop_name }} : votre commande {{ order_number }} est confirmée.",
    ("accepted", "en"): "{{ shop_name }}: your order {{ order_number }} is confirmed.",
    ("preparing", "fr"): "{{ shop_name }} : nous préparons votre commande {{ order_number }}.",
    ("preparing", "en"): "{{ shop_name }}: we are preparing your order {{ order_number }}.",
    ("shipped", "fr"): "{{ shop_name }} : votre commande {{ order_number }} est partie."
    "{% if tracking_link %} Suivi : {{ tracking_link }}{% elif tracking_number %} Suivi : {{ tracking_number }}{% endif %}",
    ("shipped", "en"): "{{ shop_name }}: your order {{ order_number }} is on its way."
    "{% if tracking_link %} Track it: {{ tracking_link }}{% elif tracking_number %} Tracking: {{ tracking_number }}{% endif %}",
    (
        "invoiced",
        "fr",
    ): "{{ shop_name }} : la facture {{ invoice_number }} de votre commande {{ order_number }} est établie."
    "{% if invoice_link %} {{ invoice_link }}{% endif %}",
    (
        "invoiced",
        "en",
    ): "{{ shop_name }}: the invoice {{ invoice_number }} of your order {{ order_number }} is ready."
    "{% if invoice_link %} {{ invoice_link }}{% endif %}",
    ("cancelled", "fr"): "{{ shop_name }} : votre commande {{ order_number }} est annulée.",
    ("cancelled", "en"): "{{ shop_name }}: your order {{ order_number }} is cancelled.",
    (
        "refunded",
        "fr",
    ): "{{ shop_name }} : {{ refund_amount }} remboursés pour votre commande {{ order_number }}.",
    ("refunded", "en"): "{{ shop_name }}: {{ refund_amount }} given back for your order {{ order_number }}.",
}


def default_template(event: EventName, medium: Medium, language: Language) -> Template:
    return MAILS[event, language] if medium == "email" else Template(body=TEXTS[event, language])
