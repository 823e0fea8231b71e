"""Memory that is used again: fresh pages from the operating system cost as much as the arithmetic on large tiles."""

from __future__ import annotations

import math
from threading import Lock

import torch

Tensor = torch.Tensor
LEAST_BYTES = 2**17  # the allocator keeps smaller blocks itself


class Buffers:
    """Tensors that are no longer needed, by size, ``limit`` bytes in all. Threads may share it."""

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self._free: dict[tuple[int, torch.dtype], list[Tensor]] = {}
        self._bytes = 0
        self._lock = Lock()

    def empty(self, shape: tuple[int, ...], like: Tensor) -> Tensor:
        """A tensor of the dtype and device of ``like``, with any content."""
        with self._lock:
            free = self._free.get((math.prod(shape), like.dtype))
            if free:
                self._bytes -= free[-1].numel() * free[-1].element_size()
                return free.pop().view(shape)
        return like.new_empty(shape)

    def give(self, tensor: Tensor, in_use: list[Tensor]) -> None:
        """Take back ``tensor`` unless one of ``in_use`` shares its memory."""
        storage = tensor.untyped_storage()
        size = storage.nbytes()
        whole = size == tensor.numel() * tensor.element_size() and tensor.is_contiguous()
        if not whole or size < LEAST_BYTES or any(t.untyped_storage().data_ptr() == storage.data_ptr() for t in in_use):
            return
        with self._lock:
            if self._bytes + size > self.limit:
                # Mostly sizes that are over; those in use come back at once.
                self._free.clear()
                self._bytes = 0
            if size <= self.limit:
                self._free.setdefault((tensor.numel(), tensor.dtype), []).append(tensor.flatten())
                self._bytes += size

    def copy(self, tensor: Tensor) -> Tensor:
        """A copy of ``tensor``."""
        return self.empty(tuple(tensor.shape), tensor).copy_(tensor)

    def zeros(self, like: Tensor) -> Tensor:
        """Zeros in the shape of ``like``."""
        return self.empty(tuple(like.shape), like).zero_()
