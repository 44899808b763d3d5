"""Secrets at rest: for one tenant, in one place, with this installation's key."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raccord.vault import Vault, VaultError

KEY, OTHER = "ab" * 32, "cd" * 32
TENANT, STRANGER = uuid.uuid4(), uuid.uuid4()


@given(st.binary(max_size=500))
def test_what_is_sealed_can_be_opened_and_does_not_show(secret: bytes) -> None:
    sealed = Vault(KEY).seal(TENANT, "connection:1", secret)
    assert secret == Vault(KEY).open(TENANT, "connection:1", sealed)
    assert len(secret) < 8 or secret not in sealed


def test_the_same_secret_is_sealed_differently_each_time() -> None:
    vault = Vault(KEY)
    assert vault.seal(TENANT, "x", b"secret") != vault.seal(TENANT, "x", b"secret")


def test_nobody_else_opens_it() -> None:
    sealed = Vault(KEY).seal(TENANT, "connection:1", b"secret")
    for vault, tenant, place in (
        (Vault(KEY), STRANGER, "connection:1"),
        (Vault(KEY), TENANT, "connection:2"),
        (Vault(OTHER), TENANT, "connection:1"),
    ):
        with pytest.raises(VaultError) as refused:
            vault.open(tenant, place, sealed)
        assert "secret," not in str(refused.value)


def test_a_changed_secret_key_is_named_as_the_reason() -> None:
    sealed = Vault(KEY).seal(TENANT, "x", b"secret")
    with pytest.raises(VaultError, match="RACCORD_SECRET_KEY"):
        Vault(OTHER).open(TENANT, "x", sealed)


@given(st.integers(0, 60), st.integers(1, 255))
def test_one_altered_byte_is_noticed(position: int, change: int) -> None:
    sealed = bytearray(Vault(KEY).seal(TENANT, "x", b"a secret of some length"))
    sealed[position % len(sealed)] ^= change
    with pytest.raises(VaultError):
        Vault(KEY).open(TENANT, "x", bytes(sealed))


@pytest.mark.parametrize("key", ["", "xyz", "ab" * 16])
def test_a_weak_key_is_refused(key: str) -> None:
    with pytest.raises(VaultError):
        Vault(key)


def test_a_vault_does_not_print_its_key() -> None:
    assert KEY not in repr(Vault(KEY))
