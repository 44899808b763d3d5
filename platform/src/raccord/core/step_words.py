"""A step in a few words, as a person would say it: « remplacer « a » par « b » »."""

from raccord.core.steps import Step
from raccord_connectors.contract import Message


def describe(step: Step) -> Message:
    return step.TITLE.fill()
