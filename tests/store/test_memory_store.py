"""The store in memory keeps the contract."""

import pytest

from contract.store_contract import StoreContract
from filon.store.memory import MemoryStore


class TestMemoryStore(StoreContract):
    persistent = False

    @pytest.fixture
    def make(self):
        return MemoryStore

    def other(self, tmp_path):
        return MemoryStore()
