"""Write every demo file of this folder again, from scikit-learn's own datasets and from seeds.

Run ``python -m data.make_demo`` in the repository root; another folder can be given as the
only argument. The arrays and tables are the same on every run with the pinned packages. Origin,
licence and purpose of each file are in ``README.md``.
"""

from __future__ import annotations

import io
import json
import sys
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_wine

from dualcore.present.words import LANGUAGES, say

HERE = Path(__file__).resolve().parent
SEED = 20240607

# id, file, kind, target column (tables only)
DEMOS = (
    ("wine_ja", "wine_ja.csv", "table", "品種"),
    ("breast_cancer", "breast_cancer.csv", "table", "diagnosis"),
    ("breast_cancer_permuted", "breast_cancer_LABELS_PERMUTED.csv", "table", "diagnosis"),
    ("diabetes", "diabetes.csv", "table", "progression"),
    ("digits_images", "digits_images.zip", "image", None),
    ("digits", "digits.npz", "image", None),
    ("vibration_synthetic", "vibration_SYNTHETIC.npz", "series", None),
)

# In the order of scikit-learn's wine columns.
WINE_COLUMNS = (
    "アルコール", "リンゴ酸", "灰分", "灰分のアルカリ度", "マグネシウム", "総フェノール", "フラボノイド",
    "非フラボノイドフェノール", "プロアントシアニン", "色の濃さ", "色相", "希釈ワインの吸光度比OD280_OD315", "プロリン",
)  # fmt: skip

# Names that scikit-learn's description gives for its columns s1 .. s6.
SERUM = {"s1": "tc", "s2": "ldl", "s3": "hdl", "s4": "tch", "s5": "ltg", "s6": "glu"}

FAULTS = ("normal", "imbalance", "bearing", "looseness")
SAMPLE_RATE = 2560.0  # Hz
LENGTH = 256  # samples: a tenth of a second, 3 to 4 turns of the shaft
SIGNALS_PER_FAULT = 150
SENSOR_NOISE = 0.3  # standard deviation, relative to that of the signal
STEP = 1 / 128  # resolution of the sensor, relative to the unit of X


# Tables -----------------------------------------------------------------------------------------


def wine() -> pd.DataFrame:
    """178 rows, 13 measurements, target 品種 with three cultivars."""
    source = load_wine(as_frame=True)
    frame = source.data.set_axis(list(WINE_COLUMNS), axis=1)
    return frame.assign(品種=[f"品種{code + 1}" for code in source.target])


def breast_cancer() -> pd.DataFrame:
    """569 rows, 30 measurements, target diagnosis: malignant or benign."""
    source = load_breast_cancer(as_frame=True)
    frame = source.data.rename(columns=lambda name: name.replace(" ", "_"))
    return frame.assign(diagnosis=source.target_names[source.target])


def permuted(frame: pd.DataFrame, target: str) -> pd.DataFrame:
    """The same table with its target shuffled: same inputs, same class counts, no signal."""
    order = np.random.default_rng(SEED).permutation(len(frame))
    return frame.assign(**{target: frame[target].to_numpy()[order]})


def diabetes() -> pd.DataFrame:
    """442 rows, 10 inputs in their own units (not scikit-learn's scaled ones), target progression."""
    source = load_diabetes(as_frame=True, scaled=False)
    return source.data.rename(columns=SERUM).assign(progression=source.target)


# Images -----------------------------------------------------------------------------------------


def digits() -> tuple[np.ndarray, np.ndarray]:
    """Images uint8 (1797, 8, 8) with ink 0..255, and digits int64 (1797,)."""
    source = load_digits()
    return np.round(source.images * (255 / 16)).astype(np.uint8), source.target.astype(np.int64)


def per_digit(y: np.ndarray, count: int) -> np.ndarray:
    """Row numbers of ``count`` random examples of each digit, sorted."""
    rng = np.random.default_rng(SEED)
    return np.sort(np.concatenate([rng.choice(np.flatnonzero(y == d), count, replace=False) for d in range(10)]))


def write_digit_images(path: Path) -> None:
    """100 images per digit as ``<digit>/<row in scikit-learn>.png``."""
    X, y = digits()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for row in per_digit(y, 100):
            png = io.BytesIO()
            Image.fromarray(X[row]).save(png, "PNG", optimize=True)
            # ZipInfo's own date is fixed, so that the same images give the same file.
            archive.writestr(zipfile.ZipInfo(f"{y[row]}/{row:04d}.png"), png.getvalue())


def digits_with_test() -> dict[str, np.ndarray]:
    """All images; 50 of each digit, drawn at random, are the test part."""
    X, y = digits()
    test = np.isin(np.arange(len(y)), per_digit(y, 50))
    return {"X": X[~test], "y": y[~test], "X_test": X[test], "y_test": y[test]}


# Signals ----------------------------------------------------------------------------------------


def sines(rng: np.random.Generator, turn_hz: float, amplitudes: dict[float, tuple[float, float]]) -> np.ndarray:
    """Sum of sines at multiples of the turning speed, each with its own random phase and amplitude.

    ``amplitudes`` holds order -> (lowest, highest) amplitude.
    """
    t = np.arange(LENGTH) / SAMPLE_RATE
    return sum(
        rng.uniform(*span) * np.sin(2 * np.pi * order * turn_hz * t + rng.uniform(0, 2 * np.pi))
        for order, span in amplitudes.items()
    )


def bursts(rng: np.random.Generator, turn_hz: float) -> np.ndarray:
    """A damaged race: each passing ball strikes a resonance that rings and decays within milliseconds.

    3.2 to 4.6 strikes per turn, the first at a random moment, each 2 % early or late as balls slip.
    """
    t = np.arange(LENGTH) / SAMPLE_RATE
    gap = 1 / (rng.uniform(3.2, 4.6) * turn_hz)
    resonance_hz, decay_s = rng.uniform(650, 900), rng.uniform(0.0012, 0.0020)
    signal = np.zeros(LENGTH)
    for strike in np.arange(rng.uniform(-gap, 0), t[-1], gap):
        since = np.maximum(t - strike - rng.normal(0, 0.02 * gap), 0)
        signal += rng.uniform(0.5, 1.0) * np.exp(-since / decay_s) * np.sin(2 * np.pi * resonance_hz * since)
    return signal


def vibration_signal(rng: np.random.Generator, fault: str) -> np.ndarray:
    """One noisy signal (256,) of a machine that turns at 28 to 45 Hz."""
    turn_hz = rng.uniform(28, 45)
    once = (1.0, 1.5) if fault == "imbalance" else (0.3, 0.5)
    signal = sines(rng, turn_hz, {1: once, 2: (0.05, 0.15)})
    if fault == "bearing":
        signal += bursts(rng, turn_hz)
    elif fault == "looseness":
        signal += sines(rng, turn_hz, dict.fromkeys((0.5, 1.5, 2, 3, 4), (0.15, 0.4)))
    signal += rng.normal(0, 0.1, LENGTH)  # rolling noise of the machine: it drowns in a strong 1x
    # The level depends on where the sensor sits, so loudness must not give the fault away.
    signal *= np.exp(rng.uniform(np.log(0.5), np.log(2))) / signal.std()
    signal += rng.normal(0, SENSOR_NOISE * signal.std(), LENGTH)
    return np.round(signal / STEP) * STEP


def vibration() -> dict[str, np.ndarray]:
    """X float32 (600, 1, 256), y fault names (600,), sample_rate in Hz; rows in random order."""
    rng = np.random.default_rng(SEED)
    y = rng.permutation(np.repeat(FAULTS, SIGNALS_PER_FAULT))
    X = np.stack([vibration_signal(rng, fault) for fault in y])
    return {"X": X[:, None, :].astype(np.float32), "y": y, "sample_rate": np.array(SAMPLE_RATE)}


# Folder -----------------------------------------------------------------------------------------


def catalogue() -> list[dict]:
    """Entries as ``dualcore.records.views.DemoView`` reads them, texts from the catalogue of sentences."""

    def text(demo: str, what: str) -> dict[str, str]:
        return {language: say(f"demo.{demo}.{what}", language) for language in LANGUAGES}

    entries = []
    for demo, file, kind, target in DEMOS:
        question, about = text(demo, "question"), text(demo, "about")
        sentences = {"ja": question["ja"] + about["ja"], "en": f"{question['en']} {about['en']}"}
        entry = {"id": demo, "file": file, "kind": kind, "name": text(demo, "title"), "text": sentences}
        entries.append(entry | ({"question": {"target": target}} if target else {}))
    return entries


def write_all(folder: Path) -> None:
    """Write the demo files and ``catalogue.json`` into ``folder``, over what is there."""
    tables = {
        "wine_ja.csv": wine(),
        "breast_cancer.csv": breast_cancer(),
        "breast_cancer_LABELS_PERMUTED.csv": permuted(breast_cancer(), "diagnosis"),
        "diabetes.csv": diabetes(),
    }
    for name, frame in tables.items():
        encoding = "utf-8-sig" if name == "wine_ja.csv" else "utf-8"  # with the mark, Excel shows Japanese
        frame.to_csv(folder / name, index=False, encoding=encoding, float_format="%.10g", lineterminator="\n")
    write_digit_images(folder / "digits_images.zip")
    np.savez_compressed(folder / "digits.npz", **digits_with_test())
    np.savez_compressed(folder / "vibration_SYNTHETIC.npz", **vibration())
    entries = json.dumps(catalogue(), ensure_ascii=False, indent=2)
    (folder / "catalogue.json").write_text(entries + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write_all(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
