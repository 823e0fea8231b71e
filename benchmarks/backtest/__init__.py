"""Are verdicts right in hindsight? Evidence on the training part, the truth from full training on the test part.

    make backtest            everything below, in order; hours on two cores, resumable
    python -m benchmarks.backtest.truth       full training of every case -> var/backtest/truth
    python -m benchmarks.backtest.evidence    stage 1 of every case       -> var/backtest/evidence
    python -m benchmarks.backtest.report      fit, judge, docs/backtest.md and the record that the app shows
"""
