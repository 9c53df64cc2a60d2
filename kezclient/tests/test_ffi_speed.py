"""The way around uniffi's slow loop: taken where the loop is, left where it is gone or looks otherwise."""

from __future__ import annotations

import contextlib
import ctypes
from types import SimpleNamespace

import iroh

from kezclient.iroh import ffi_speed
from kezclient.iroh.ffi_speed import quicken, replace_slow_write


class Builder:
    """As uniffi writes it, as far as `write` needs it."""

    def __init__(self) -> None:
        memory = (ctypes.c_char * 4096)()
        self.memory = memory
        self.rbuf = SimpleNamespace(data=ctypes.cast(memory, ctypes.POINTER(ctypes.c_char)), len=0)

    @contextlib.contextmanager
    def _reserve(self, size: int):
        yield
        self.rbuf.len += size

    def write(self, value: bytes) -> None:
        with self._reserve(len(value)):
            for index, byte in enumerate(value):
                self.rbuf.data[self.rbuf.len + index] = byte

    def discard(self) -> None:
        self.rbuf.len = 0


def test_the_loop_is_replaced_and_the_bytes_are_the_same():
    class Slow(Builder):
        write = Builder.write

    module = SimpleNamespace(_UniffiRustBufferBuilder=Slow)
    assert replace_slow_write(module)
    assert Slow.write is ffi_speed._write_at_once
    builder = Slow()
    for part in (b"abc", b"", bytes(range(256)), b"def"):
        builder.write(part)
    assert builder.memory.raw[: builder.rbuf.len] == b"abc" + bytes(range(256)) + b"def"
    assert not replace_slow_write(module)


def test_where_the_loop_is_gone_nothing_is_touched():
    class Mended(Builder):
        def write(self, value: bytes) -> None:
            with self._reserve(len(value)):
                ctypes.memmove(self.memory, value, len(value))

    mended = Mended.write
    assert not replace_slow_write(SimpleNamespace(_UniffiRustBufferBuilder=Mended))
    assert Mended.write is mended
    assert not replace_slow_write(SimpleNamespace())


def test_where_the_buffer_looks_otherwise_the_loop_stays():
    class Other(Builder):
        def __init__(self) -> None:
            super().__init__()
            self.rbuf.data = self.memory.raw

        def write(self, value: bytes) -> None:
            for _ in enumerate(value):
                raise NotImplementedError

    slow = Other.write
    assert not replace_slow_write(SimpleNamespace(_UniffiRustBufferBuilder=Other))
    assert Other.write is slow


def test_the_installed_package_is_quick():
    quicken()
    write = iroh.iroh_ffi._UniffiRustBufferBuilder.write
    assert write is ffi_speed._write_at_once or "enumerate" not in write.__code__.co_names
