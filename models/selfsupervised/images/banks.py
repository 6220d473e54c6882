"""Banks of earlier features, as checkpoints must hold them."""

from typing import TypeVar

from lightly.models.modules.memory_bank import MemoryBankModule

Bank = TypeVar("Bank", bound=MemoryBankModule)


def kept(bank: Bank) -> Bank:
    """Return the bank, its entries part of its state: lightly leaves them out, and a resumed training with none."""
    bank.register_buffer("bank", bank.bank)
    bank.register_buffer("bank_ptr", bank.bank_ptr)
    return bank
