"""Plausible hand-made records of stage 3, for tests of figures and pages only."""

from __future__ import annotations

from dualcore.evidence.stages import Tuning, TuningStep

STEPS = {  # (gain, half width, total gain, total half width, pays, why)
    "stop": [(0.031, 0.014, 0.031, 0.014, True, "gains"), (0.006, 0.012, 0.037, 0.016, False, "may_be_chance")],
    "keep": [(-0.004, 0.015, -0.004, 0.015, False, "no_gain")],
    "go": [(0.031, 0.014, 0.031, 0.014, True, "gains"), (0.027, 0.013, 0.058, 0.017, True, "gains"), (0.022, 0.011, 0.08, 0.02, True, "gains")],
}


def tuning(which: str = "stop", metric: str = "accuracy") -> Tuning:
    """"stop": after the first of three blocks; "keep": the last layer; "go": every block pays; "nothing": a linear skeleton."""
    greater = metric not in ("log_loss", "rmse", "mae")
    about = dict(
        metric=metric, greater_is_better=greater, network="skeleton", name="fc3", rows=900, estimate_from="leave_one_out",
        minimum_gain=0.02, seed=0, device="cpu", seconds=312.0, flops=8.1e11,
    )
    if which == "nothing":
        return Tuning(**about, width=None, blocks=[], reason="linear", ended="no_block")
    sign, steps = (1 if greater else -1), []
    for k, (gain, half, total, wide, pays, why) in enumerate(STEPS[which], 1):
        steps.append(TuningStep(
            name=f"layer{4 - k}", block=k, parameters=262_144, trained=262_144 * k + 2052, score=0.842 + sign * total, gain=gain,
            low=gain - half, high=gain + half, total_gain=total, total_low=total - wide, total_high=total + wide, seconds=90.0 * k,
            flops=2.1e11 * k, epochs=30 - 5 * k, trajectory=[(e, 0.82 + sign * (total + 0.02) * (1 - 0.8**e)) for e in range(42)],
            decision="pays" if pays else "does_not_pay", why=why,
        ))  # fmt: skip
    best = sum(s.decision == "pays" for s in steps)
    return Tuning(
        **about, width=512, blocks=["layer3", "layer2", "layer1"], ended="all_blocks" if which == "go" else "does_not_pay", last_layer=0.842,
        last_layer_low=0.818, last_layer_high=0.863, start=0.826, steps=steps, best=best, delivered="all_rows" if best else "last_layer",
        stopping_rows=135, validation_rows=900, folds=4,
    )
