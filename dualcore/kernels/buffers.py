"""Memory that is used again: fresh pages from the operating system cost as much as the arithmetic on large tiles."""

from __future__ import annotations

import math

import torch

Tensor = torch.Tensor
LEAST_BYTES = 2**17  # the allocator keeps smaller blocks itself


class Buffers:
    """Tensors that are no longer needed, by size. Threads may share it: every step is a single list operation."""

    def __init__(self) -> None:
        self._free: dict[tuple[int, torch.dtype], list[Tensor]] = {}

    def empty(self, shape: tuple[int, ...], like: Tensor) -> Tensor:
        """A tensor of the dtype and device of ``like``, with any content."""
        try:
            return self._free[math.prod(shape), like.dtype].pop().view(shape)
        except (KeyError, IndexError):
            return like.new_empty(shape)

    def give(self, tensor: Tensor, in_use: list[Tensor]) -> None:
        """Take back ``tensor`` unless one of ``in_use`` shares its memory."""
        storage = tensor.untyped_storage()
        whole = storage.nbytes() == tensor.numel() * tensor.element_size() and tensor.is_contiguous()
        if whole and storage.nbytes() >= LEAST_BYTES and all(t.untyped_storage().data_ptr() != storage.data_ptr() for t in in_use):
            self._free.setdefault((tensor.numel(), tensor.dtype), []).append(tensor.flatten())
