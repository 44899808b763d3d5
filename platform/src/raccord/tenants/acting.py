"""Which program acts in a person's name, for the audit log: set where the request comes in, read where the act is noted."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

_ACTING: ContextVar[Mapping[str, str]] = ContextVar("acting", default={})  # noqa: B039 - never changed in place


@contextmanager
def acting(told: Mapping[str, str]) -> Iterator[None]:
    """Every line of the audit log that is written inside tells this as well."""
    token = _ACTING.set(told)
    try:
        yield
    finally:
        _ACTING.reset(token)


def told() -> Mapping[str, str]:
    return _ACTING.get()
