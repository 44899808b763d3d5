"""The command line: its words and their explanations, in the reader's language."""

import argparse
from typing import NoReturn

from raccord_agent import __version__
from raccord_agent.home import HOME_VARIABLE, default_home
from raccord_connectors.contract import Text

ABOUT = Text(
    "help.about",
    "Le petit programme à côté de la gestion commerciale : il lit ce qui a changé, le garde jusqu’à ce que la plateforme "
    "l’ait reçu, et exécute ce qu’elle demande. Il n’appelle que vers l’extérieur, en HTTPS.",
    "The small program beside the ERP: it reads what changed, keeps it until the platform has it, and does what it asks. "
    "It only calls outwards, over HTTPS.",
)
HOME = Text(
    "help.home",
    "dossier de l’agent (ici : {folder} ; aussi par {variable})",
    "folder of the agent (here: {folder}; also by {variable})",
)
LANG = Text(
    "help.lang",
    "langue des phrases (sinon celle du système)",
    "language of the sentences (else the system’s)",
)
VERBOSE = Text("help.verbose", "affiche aussi le journal", "shows the log too")
ENROL = Text(
    "help.enrol",
    "relie cet agent à une connexion de la plateforme, par un code à usage unique",
    "joins this agent to a connection of the platform, by a one-time code",
)
PLATFORM = Text("help.platform", "adresse de la plateforme, https://…", "address of the platform, https://…")
CODE = Text("help.code", "code affiché par la plateforme", "code shown by the platform")
CONNECTOR = Text(
    "help.connector",
    "connecteur de la gestion commerciale, p. ex. sage100",
    "connector of the ERP, e.g. sage100",
)
SETTING = Text(
    "help.setting", "un réglage du connecteur ; à répéter", "one setting of the connector; may be repeated"
)
SECRET = Text(
    "help.secret",
    "un réglage secret, demandé sans l’afficher (ou lu sur l’entrée standard) ; à répéter",
    "a secret setting, asked for without showing it (or read from standard input); may be repeated",
)
PROXY = Text("help.proxy", "proxy à utiliser, http://hôte:port", "proxy to use, http://host:port")
AGAIN = Text(
    "help.again", "enrôle à nouveau un agent qui l’était déjà", "enrols anew an agent that already was"
)
RUN = Text("help.run", "travaille jusqu’à ce qu’on l’arrête (Ctrl-C)", "works until it is stopped (Ctrl-C)")
CHECK = Text(
    "help.check",
    "essaie l’accès à la gestion commerciale, droit par droit",
    "tries the access to the ERP, right by right",
)
STATUS = Text("help.status", "dit comment va l’agent", "says how the agent is")
DOCTOR = Text(
    "help.doctor",
    "cherche tout ce qui pourrait l’empêcher de travailler et dit quoi faire",
    "looks for anything that could keep it from working, and says what to do",
)
SCAN = Text(
    "help.scan",
    "lit un flux maintenant, à la main (l’agent arrêté), et dit ce qui a changé",
    "reads a stream now, by hand (with the agent stopped), and says what changed",
)
STREAM = Text("help.stream", "nom du flux, p. ex. products", "name of the stream, e.g. products")
FOLDER = Text(
    "help.folder",
    "un dossier (ou partage) de photos et documents que l’agent peut lire ; à répéter",
    "a folder (or share) of pictures and documents that the agent may read; may be repeated",
)
COMPLETE = Text(
    "help.complete",
    "lecture complète, qui conclut aussi les disparitions",
    "complete pass, which also finds what is gone",
)
SERVICE = Text(
    "help.service",
    "écrit de quoi installer l’agent comme service : systemd ou windows",
    "writes what installs the agent as a service: systemd or windows",
)
PROPOSE = Text(
    "help.propose",
    "écrit une première définition pour un ERP sur mesure (connecteurs files et sql), d’après ses fichiers ou ses tables",
    "writes a first definition for a custom ERP (connectors files and sql), from its files or its tables",
)
BAD_COMMAND = Text(
    "help.bad_command",
    "Commande incorrecte : {reason}. Voir : {program} --help",
    "Wrong command: {reason}. See: {program} --help",
)


class Parser(argparse.ArgumentParser):
    language = "fr"

    def error(self, message: str) -> NoReturn:
        self.exit(2, BAD_COMMAND.fill(reason=message, program=self.prog).text(self.language) + "\n")


def make_parser(language: str) -> argparse.ArgumentParser:
    def said(text: Text, **values: object) -> str:
        return text.fill(**values).text(language).replace("%", "%%")

    class Spoken(Parser):
        pass

    Spoken.language = language
    # Before or after the command's word, as one happens to type it: hence no defaults, which would overwrite.
    everywhere = Spoken(add_help=False, argument_default=argparse.SUPPRESS)
    everywhere.add_argument(
        "--home", metavar="DIR", help=said(HOME, folder=default_home(), variable=HOME_VARIABLE)
    )
    everywhere.add_argument("--lang", choices=("fr", "en"), help=said(LANG))
    everywhere.add_argument("--verbose", "-v", action="store_true", help=said(VERBOSE))

    parser = Spoken(prog="raccord-agent", description=said(ABOUT), parents=[everywhere])
    parser.add_argument("--version", action="version", version=f"raccord-agent {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, text: Text) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=said(text), description=said(text), parents=[everywhere])

    enrol = command("enrol", ENROL)
    enrol.add_argument("--platform", required=True, metavar="URL", help=said(PLATFORM))
    enrol.add_argument("--code", required=True, metavar="CODE", help=said(CODE))
    enrol.add_argument("--connector", required=True, metavar="NAME", help=said(CONNECTOR))
    enrol.add_argument("--setting", action="append", default=[], metavar="NAME=VALUE", help=said(SETTING))
    enrol.add_argument("--secret", action="append", default=[], metavar="NAME", help=said(SECRET))
    enrol.add_argument("--folder", action="append", default=[], metavar="DIR", help=said(FOLDER))
    enrol.add_argument("--proxy", default="", metavar="URL", help=said(PROXY))
    enrol.add_argument("--again", action="store_true", help=said(AGAIN))

    for name, text in (("run", RUN), ("check", CHECK), ("status", STATUS), ("doctor", DOCTOR)):
        command(name, text)

    propose = command("propose", PROPOSE)
    propose.add_argument("--connector", default="", metavar="NAME", help=said(CONNECTOR))
    propose.add_argument("--setting", action="append", default=[], metavar="NAME=VALUE", help=said(SETTING))
    propose.add_argument("--secret", action="append", default=[], metavar="NAME", help=said(SECRET))

    scan = command("scan", SCAN)
    scan.add_argument("stream", metavar="STREAM", help=said(STREAM))
    scan.add_argument("--complete", action="store_true", help=said(COMPLETE))

    service = command("service", SERVICE)
    service.add_argument("manager", choices=("systemd", "windows"))
    return parser
