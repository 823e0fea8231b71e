"""Steps and remaining time from (fraction, step) reports."""

from dualcore.jobs.progress import Progress


class Clock:
    seconds = 0.0

    def __call__(self):
        return self.seconds


def test_steps_keep_their_seconds_and_the_progress_they_reached():
    clock = Clock()
    progress = Progress(clock)
    for seconds, fraction, step in [(0, 0.0, "read"), (2, 0.2, "fit"), (5, 0.4, "fit"), (6, 0.5, "null")]:
        clock.seconds = seconds
        progress.update(fraction, step)
    assert [(s.code, s.fraction, s.seconds) for s in progress.steps] == [
        ("read", 0.0, 2.0),
        ("fit", 0.4, 4.0),
        ("null", 0.5, 0.0),
    ]


def test_even_progress_gives_the_true_remaining_time():
    clock = Clock()
    progress = Progress(clock)
    assert progress.eta_seconds is None
    for tenth in range(1, 6):
        clock.seconds = 2.0 * tenth
        progress.update(tenth / 10, "fit")
    assert abs(progress.eta_seconds - 10) < 1e-9
    clock.seconds += 4
    assert abs(progress.eta_seconds - 6) < 1e-9


def test_one_slow_step_moves_the_estimate_only_in_part():
    clock = Clock()
    progress = Progress(clock)
    clock.seconds = 5
    progress.update(0.5, "fit")  # 10 s in total
    clock.seconds = 12
    progress.update(0.6, "null")  # 20 s in total
    assert abs(progress.eta_seconds - (0.3 * 20 + 0.7 * 10 - 12)) < 1e-9


def test_progress_never_goes_back():
    progress = Progress(Clock())
    progress.update(0.6, "a")
    progress.update(0.1, "a")
    progress.update(7.0, "b")
    assert progress.fraction == 1.0
    assert progress.steps[0].fraction == 0.6
