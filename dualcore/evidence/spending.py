"""How much evidence each of several looks needs, so that all of them together claim too much only so often.

Alpha spending (Lan, DeMets 1983; linear in the looks: Kim, DeMets 1987): look k may use k / K of the error in all. The
looks judge the same rows, so they err together: the correlation of their gains, from the bootstrap, makes every later
critical value smaller than Bonferroni's. A claim gives its share back to the looks that follow (graphical procedure of
Maurer, Bretz 2013): what comes after a block that pays is asked no harder for it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.stats import norm

DRAWS = 100_000  # of the joint normal distribution; a critical value is exact to about 0.01
LEAST = 1e-4  # of the error: no look is left without any


@dataclass
class Spending:
    """One sequence of looks.

    looks : how many there may be; alpha : one-sided error of all together
    """

    looks: int
    alpha: float
    lost: float = 0.0  # shares of looks that ended without a claim before a later one claimed
    done: int = 0
    _draws: list[np.ndarray] = field(default_factory=list)
    _critical: list[float] = field(default_factory=list)

    def critical(self, draws: np.ndarray) -> float:
        """Standard deviations that the gain of this look has to lie above zero.

        draws : (B,) bootstrap gains of this look, over the same resampled rows as those of the looks before it
        """
        self.done += 1
        self._draws.append(draws)
        allowed = max(self.alpha * self.done / self.looks - self.lost, LEAST)
        Z = _normals(self._draws)
        crossed = np.zeros(len(Z), dtype=bool)
        for column, bar in zip(Z.T, self._critical):
            crossed |= column > bar
        left = max(allowed - crossed.mean(), LEAST)
        # Among the courses that have not crossed before, the share ``left`` of all may cross now.
        free = np.sort(np.where(crossed, -np.inf, Z[:, -1]))[::-1]
        found = float(free[max(1, round(left * len(Z))) - 1])
        # Never below what a single look would need.
        self._critical.append(max(found, float(norm.ppf(1 - self.alpha))))
        return self._critical[-1]

    def claim(self) -> None:
        """The last look has claimed its gain: the next ones are compared with what it found, and inherit its share."""
        self.lost += self.alpha / self.looks * (len(self._draws) - 1)
        self._draws, self._critical = [], []


def _normals(draws: list[np.ndarray]) -> np.ndarray:
    """(DRAWS, k) standard normal with the correlation of the looks; the same for the same draws."""
    k = len(draws)
    C = np.eye(k)
    if k > 1:
        with np.errstate(invalid="ignore", divide="ignore"):
            found = np.corrcoef(np.stack(draws))
        # Equal predictions have no spread and no correlation: taken as independent, which asks for more.
        C = np.where(np.isfinite(found), found, 0.0).clip(-1, 1)
        np.fill_diagonal(C, 1.0)
    values, vectors = np.linalg.eigh(C)
    root = vectors * np.sqrt(values.clip(0))
    return np.random.default_rng(0).standard_normal((DRAWS, k)) @ root.T
