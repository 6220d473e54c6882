"""Banks of earlier features that checkpoints include."""

from typing import TypeVar

from lightly.models.modules.memory_bank import MemoryBankModule

Bank = TypeVar("Bank", bound=MemoryBankModule)


def with_state(bank: Bank) -> Bank:
    """Return the bank with its entries in its state: lightly omits them, and a resumed training would lose them."""
    bank.register_buffer("bank", bank.bank)
    bank.register_buffer("bank_ptr", bank.bank_ptr)
    return bank
