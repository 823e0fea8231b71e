"""What a running job says about itself: steps, progress and the remaining time."""

from __future__ import annotations

import time
from collections.abc import Callable

from dualcore.records.views import StepView

SMOOTHING = 0.3  # weight of the newest estimate of the total time
FIRST_ETA = 0.02  # below this progress an estimate would only be noise


class Progress:
    """Collects (fraction, step) reports into steps with their seconds and a smoothed remaining time.

    Parameters
    ----------
    clock : callable
        Seconds; replaced in tests.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._start = self._step_start = clock()
        self._total: float | None = None
        self.fraction = 0.0
        self.steps: list[StepView] = []

    def update(self, fraction: float, step: str) -> None:
        """Take one report. Progress never goes back."""
        moment = self._clock()
        if not self.steps or self.steps[-1].code != step:
            self._close(moment)
            self._step_start = moment
            self.steps.append(StepView(code=step, fraction=self.fraction, seconds=0.0))
        self.fraction = max(self.fraction, min(1.0, fraction))
        self._close(moment)
        if self.fraction >= FIRST_ETA:
            total = (moment - self._start) / self.fraction
            self._total = total if self._total is None else SMOOTHING * total + (1 - SMOOTHING) * self._total

    @property
    def eta_seconds(self) -> float | None:
        """Remaining time (s), None while unknown."""
        if self._total is None:
            return None
        return max(0.0, self._total - (self._clock() - self._start))

    def _close(self, moment: float) -> None:
        if self.steps:
            seconds = moment - self._step_start
            self.steps[-1] = StepView(code=self.steps[-1].code, fraction=self.fraction, seconds=seconds)
