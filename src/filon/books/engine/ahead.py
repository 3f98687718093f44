"""Asking memory ahead, and for eight bytes at once: what a compiled loop cannot say in Python.

A walk over 10^8 links waits for memory, not for arithmetic, unless it says early what comes.

Imported only where numba is installed.
"""

from __future__ import annotations

from typing import Any

import numba
from llvmlite import ir
from numba.extending import intrinsic

READ, KEEP, VALUES = 0, 3, 1


@intrinsic  # type: ignore[untyped-decorator, unused-ignore]
def _asked(_: Any, array: Any, place: Any) -> Any:  # noqa: ARG001 - its kind is always the same
    """The processor's prefetch of one item; it never fails, whatever the place."""

    def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        items = context.make_array(signature.args[0])(context, builder, given[0]).data
        byte = ir.IntType(8).as_pointer()
        number = ir.IntType(32)
        shape = ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        ask = builder.module.declare_intrinsic("llvm.prefetch", [byte], shape)
        at = builder.bitcast(builder.gep(items, [given[1]]), byte)
        builder.call(ask, [at, number(READ), number(KEEP), number(VALUES)])
        return context.get_dummy_value()

    return numba.types.void(array, numba.types.int64), code


@intrinsic  # type: ignore[untyped-decorator, unused-ignore]
def _eight(_: Any, array: Any, place: Any) -> Any:  # noqa: ARG001 - its kind is always the same
    """Eight bytes of an array of bytes, wherever they begin."""

    def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        items = context.make_array(signature.args[0])(context, builder, given[0]).data
        at = builder.bitcast(builder.gep(items, [given[1]]), ir.IntType(64).as_pointer())
        return builder.load(at, align=1)

    return numba.types.uint64(array, numba.types.int64), code


def _interpreted(array: Any, place: int) -> int:
    return int.from_bytes(bytes(array[place : place + 8]), "little")


def _nothing(array: Any, place: int) -> None:
    """Interpreted, nobody waits for memory."""


_settings: Any = numba.config
soon: Any = _nothing if _settings.DISABLE_JIT else _asked
"""`soon(array, place)`: this item is read in a moment."""
eight: Any = _interpreted if _settings.DISABLE_JIT else _eight
"""`eight(array, place)`: eight bytes as one number."""
