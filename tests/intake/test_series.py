"""Signals from wide and long tables and from .ts files, and new examples brought to their form."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dualcore.intake.arrays import Parts
from dualcore.intake.limits import DEFAULT
from dualcore.intake.matching import matched
from dualcore.intake.reading import Reading
from dualcore.intake.series import long_series, looks_long, numbered_run, series_from_wide, wide_series
from dualcore.intake.ts import read_ts

from .material import RNG, refused, said, shared

# new examples in the form of the training examples


def test_matched_pictures():
    colour = Parts("image", np.full((3, 20, 10, 3), (255, 0, 0), np.uint8), np.array(["a"] * 3))
    grey = matched(colour, (8, 8, 1)).X
    assert grey.shape == (3, 8, 8, 1) and (grey == 76).all()
    assert matched(replace(colour, X=grey), (20, 10, 3)).X.tolist() == np.full((3, 20, 10, 3), 76).tolist()


def test_matched_sound_and_signals():
    tone = np.sin(2 * np.pi * 50 * np.arange(8000) / 8000).astype(np.float32)[None, None]
    sound = Parts("audio", tone, np.array(["a"]), sample_rate=8000.0)
    X = matched(sound, (1, 20000), 16000.0).X
    assert X.shape == (1, 1, 20000) and (X[0, 0, 16100:] == 0).all()
    np.testing.assert_allclose(X[0, 0, 1000:15000:2], tone[0, 0, 500:7500], atol=0.01)
    signal = matched(Parts("series", tone, np.array(["a"])), (1, 8005)).X
    assert (signal[0, 0, 8000:] == tone[0, 0, -1]).all()


# tables that are signals


def test_numbered_run():
    names = ["id", *[f"V{i}" for i in range(3, 30)], "x", "1", "2", "4"]
    assert numbered_run(names) == [f"V{i}" for i in range(3, 30)]
    assert numbered_run(["a", "b"]) == []
    assert numbered_run([f"t{i:04d}" for i in range(20)]) == [f"t{i:04d}" for i in range(20)]


def test_wide_tables_are_told_from_plain_ones():
    walks = RNG.normal(size=(60, 40)).cumsum(axis=1)
    noise = RNG.normal(size=(60, 40))
    scales = walks * 10.0 ** np.arange(-20, 20)

    def found(values: np.ndarray, name: str) -> int:
        frame = pd.DataFrame(values, columns=[f"{name}{i}" for i in range(values.shape[1])]).assign(label="a")
        return len(wide_series(frame, "label", DEFAULT))

    assert found(walks, "V") == found(walks, "") == found(noise, "t") == 40
    assert found(noise, "V") == found(scales, "V") == found(walks[:, :15], "V") == 0
    mixed = pd.DataFrame(walks, columns=[f"t{i}" for i in range(40)]).assign(a=1.0, b=2.0, c=3.0, label="a")
    assert wide_series(mixed, "label", DEFAULT) == []


def test_series_from_wide_keeps_the_order():
    frame = pd.DataFrame(np.arange(60.0).reshape(3, 20), columns=[f"t{i}" for i in range(20)])
    frame.iloc[1, 19] = np.nan
    reading = Reading("a.csv")
    X = series_from_wide(frame, list(frame.columns), reading)
    assert X.shape == (3, 1, 20) and X.dtype == np.float32 and X[1, 0, 19] == 38
    assert said(reading)["array_values_missing"]["count"] == 1


def long_frame(lengths: list[int]) -> pd.DataFrame:
    parts = [
        pd.DataFrame(
            {"case_id": float(k), "time": np.arange(n) * 0.5, "a": np.arange(n) + 100.0 * k, "label": f"c{k % 2}"}
        )
        for k, n in enumerate(lengths)
    ]
    return pd.concat(parts, ignore_index=True)


def test_long_table_shuffled_with_gap_repeat_and_unequal_lengths():
    frame = long_frame([20] * 8 + [15, 25])
    frame = frame[~((frame.case_id == 2) & frame.time.between(3, 4))]  # three steps are gone
    frame = pd.concat([frame, frame[(frame.case_id == 4) & (frame.time == 5)].assign(a=-1.0)])
    first = frame.iloc[: len(frame) - 1].sample(frac=1, random_state=0)
    frame = pd.concat([first, frame.iloc[-1:]], ignore_index=True)
    assert looks_long(frame, "label") == ("case_id", "time")
    reading = Reading("a.csv")
    X, y, cases = long_series(frame, "case_id", "time", "label", reading)
    assert X.shape == (10, 1, 20) and y[:2].tolist() == ["c0", "c1"] and cases.tolist() == list(range(10))
    expected = np.arange(20.0)
    for k in range(8):
        np.testing.assert_allclose(X[k, 0], expected + 100 * k)
    np.testing.assert_allclose(X[8, 0], np.minimum(expected, 14) + 800)
    np.testing.assert_allclose(X[9, 0], expected + 900)
    notes = said(reading)
    assert notes["series_gap"]["cases"] == "2" and notes["series_gap"]["steps"] == 3
    assert notes["series_duplicate_times"]["cases"] == "4" and notes["series_duplicate_times"]["count"] == 1
    assert (notes["series_lengths"]["padded"], notes["series_lengths"]["cut"]) == (1, 1)
    assert long_series(frame, "case_id", "time", "label", Reading("b.csv"), 30)[0].shape == (10, 1, 30)


def test_long_table_with_dates_names_and_values_to_predict():
    frame = long_frame([12, 12, 12])
    frame["time"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(frame["time"], "h")
    frame["case_id"] = frame["case_id"].map({0.0: "z", 1.0: "y", 2.0: "x"})
    frame["label"] = frame["case_id"].map({"x": 1.5, "y": 2.5, "z": 3.5})
    assert looks_long(frame, "label") == ("case_id", "time")
    X, y, cases = long_series(frame, "case_id", "time", "label", Reading("a.csv"))
    assert cases.tolist() == ["x", "y", "z"] and y.tolist() == [1.5, 2.5, 3.5] and X[0, 0, 0] == 200


def test_plain_tables_are_not_long():
    frame = long_frame([20, 20])
    assert looks_long(frame.assign(label=[f"c{i % 2}" for i in range(40)]), "label") is None  # changes within a case
    assert looks_long(frame.drop(columns="time"), "label") is None
    assert looks_long(frame.assign(case_id=np.arange(40.0)), "label") is None
    assert looks_long(frame.rename(columns={"case_id": "weight"}), "label") is None


def test_long_target_that_varies_is_said():
    frame = long_frame([20, 20])
    frame.loc[0, "label"] = "other"
    reading = Reading("a.csv")
    assert long_series(frame, "case_id", "time", "label", reading)[1].tolist() == ["c0", "c1"]
    assert said(reading)["series_target_varies"]["cases"] == "0"


# .ts


def test_ts_several_channels_unequal_with_gaps():
    text = "# note\n@problemName x\n@univariate false\n@classLabel true 1 2\n@data\n1,2,?,4:5,6,7,8:1\n1,2,3:4,5,6:2\n1,1,1,1:2,2,2,2:2\n"
    reading = Reading("a.ts")
    parts = read_ts(text, reading)
    assert parts.X.shape == (3, 2, 4) and parts.y.tolist() == ["1", "2", "2"]
    assert parts.X[0, 0].tolist() == [1, 2, 3, 4] and parts.X[1, 1].tolist() == [4, 5, 6, 6]
    assert set(said(reading)) == {"series_lengths", "array_values_missing"}


def test_ts_values_and_time_stamps():
    parts = read_ts("@targetLabel true\n@data\n(0,1.5),(1,2.5):0.25\n(0,3),(1,4):7\n", Reading("a.ts"))
    assert parts.y.tolist() == [0.25, 7.0] and parts.X[:, 0].tolist() == [[1.5, 2.5], [3, 4]]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1,2,3", "ts_no_data"),
        ("@classLabel false\n@data\n1,2,3\n", "ts_no_labels"),
        ("@classLabel true a\n@data\n1,2,3\n", "ts_bad_line"),
        ("@classLabel true a\n@data\n1,x,3:a\n", "ts_bad_line"),
        ("@classLabel true a\n@data\n1,2:1,2:a\n1,2:a\n", "ts_bad_line"),
    ],
)
def test_ts_refusals(text, code):
    assert refused(read_ts, text, Reading("a.ts")).code == code


# the files kept for tests


def test_dirty_long_table():
    frame = pd.read_csv(io.BytesIO(shared("dirty/44_unequal_series_shuffled.csv"))).astype(
        {"case_id": float, "time": float}
    )
    assert looks_long(frame, "label") == ("case_id", "time")
    reading = Reading("44")
    X, y, _ = long_series(frame, "case_id", "time", "label", reading)
    assert (
        X.shape == (40, 6, 100) and np.isfinite(X).all() and set(y) == {"Standing", "Running", "Walking", "Badminton"}
    )
    notes = said(reading)
    assert (
        notes["series_gap"]["cases"] == "5"
        and notes["series_duplicate_times"]["cases"] == "7"
        and notes["series_lengths"]["padded"] > 10
    )


@pytest.mark.parametrize(
    ("name", "length"), [("gunpoint", 150), ("osuleaf", 427), ("sonar", 0), ("spambase", 0), ("letter", 0)]
)
def test_real_wide_tables(name, length):
    name = f"{name}_train.csv" if length else f"{name}.csv"
    frame = pd.read_csv(io.BytesIO(shared(f"datasets/public/{name}")))
    frame = frame.astype({c: float for c in frame.columns[:-1]})
    assert len(wide_series(frame, frame.columns[-1], DEFAULT)) == length
