"""The demo files are what their generator writes, say what they are, and can be read as the catalogue says."""

import importlib.util
import json
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from dualcore.intake import load
from dualcore.present.words import LANGUAGES, WORDS
from dualcore.records.demos import read_catalogue

DATA = Path(__file__).parents[1] / "data"
DEMOS = read_catalogue(DATA)
TABLES = ("wine_ja.csv", "breast_cancer.csv", "breast_cancer_LABELS_PERMUTED.csv", "diabetes.csv")


@pytest.fixture(scope="module")
def again(tmp_path_factory) -> Path:
    """A folder with every demo file, freshly written."""
    spec = importlib.util.spec_from_file_location("make_demo", DATA / "make_demo.py")
    make_demo = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make_demo)
    folder = tmp_path_factory.mktemp("demo")
    make_demo.write_all(folder)
    return folder


def pictures(path: Path) -> dict[str, np.ndarray]:
    with zipfile.ZipFile(path) as archive:
        return {name: np.asarray(Image.open(archive.open(name))) for name in archive.namelist()}


@pytest.mark.parametrize("name", TABLES)
def test_the_generator_makes_the_tables(again, name):
    pd.testing.assert_frame_equal(pd.read_csv(DATA / name), pd.read_csv(again / name))


@pytest.mark.parametrize("name", ["digits.npz", "vibration_SYNTHETIC.npz"])
def test_the_generator_makes_the_arrays(again, name):
    with np.load(DATA / name) as kept, np.load(again / name) as made:
        assert kept.files == made.files
        for array in kept.files:
            if kept[array].dtype == np.float32:  # the last bit of a sine may tip a value to the next step of 1/128
                np.testing.assert_allclose(kept[array], made[array], atol=1 / 128)
                assert (kept[array] != made[array]).mean() < 1e-3
            else:
                np.testing.assert_array_equal(kept[array], made[array])


def test_the_generator_makes_the_images(again):
    kept, made = pictures(DATA / "digits_images.zip"), pictures(again / "digits_images.zip")
    assert list(kept) == list(made)
    assert all(np.array_equal(kept[name], made[name]) for name in kept)
    assert Counter(name.split("/")[0] for name in kept) == {str(digit): 100 for digit in range(10)}


def test_the_generator_makes_the_catalogue(again):
    """The catalogue is a copy of the sentences; change them in words/demos.py and run the generator."""
    assert json.loads((DATA / "catalogue.json").read_bytes()) == json.loads((again / "catalogue.json").read_bytes())


def test_the_permuted_control_differs_in_the_order_of_its_labels_only():
    real, control = (pd.read_csv(DATA / name) for name in ("breast_cancer.csv", "breast_cancer_LABELS_PERMUTED.csv"))
    pd.testing.assert_frame_equal(real.drop(columns="diagnosis"), control.drop(columns="diagnosis"))
    assert real["diagnosis"].value_counts().to_dict() == control["diagnosis"].value_counts().to_dict()
    # Two independent labelings with 37 % malignant agree on 0.37^2 + 0.63^2 = 53 % of the rows, give or take 2 %.
    assert 0.45 < (real["diagnosis"] == control["diagnosis"]).mean() < 0.61


def test_the_loudness_of_a_signal_does_not_give_its_fault_away():
    with np.load(DATA / "vibration_SYNTHETIC.npz") as file:
        X, y = file["X"], file["y"]
    assert X.shape == (600, 1, 256) and X.dtype == np.float32
    assert set(Counter(y.tolist()).values()) == {150}
    level = np.log(X.std(axis=(1, 2)))
    means = [level[y == fault].mean() for fault in np.unique(y)]
    assert np.ptp(means) < 4 * level.std() / np.sqrt(150)  # what chance alone leaves between four groups of 150


def test_every_file_is_in_the_catalogue_and_small():
    extra = {"catalogue.json", "README.md", "make_demo.py"}
    files = {path.name for path in DATA.iterdir() if path.is_file()}
    assert {demo.file for demo in DEMOS} == files - extra
    assert sum((DATA / name).stat().st_size for name in files) < 1_000_000


@pytest.mark.parametrize("demo", DEMOS, ids=lambda demo: demo.id)
def test_every_demo_has_its_words_and_its_card(demo):
    for what in ("title", "question", "about"):
        assert all(WORDS[f"demo.{demo.id}.{what}"])
    assert set(demo.name) == set(demo.text) == set(LANGUAGES)
    assert f"## {demo.file}\n" in (DATA / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("demo", DEMOS, ids=lambda demo: demo.id)
def test_every_demo_is_read_as_the_catalogue_says(demo):
    data = load(DATA / demo.file, target=demo.question.target, options=demo.options)
    expected = {
        "wine_ja": (178, "classification", 3),
        "breast_cancer": (569, "classification", 2),
        "breast_cancer_permuted": (569, "classification", 2),
        "diabetes": (442, "regression", 0),
        "digits_images": (1000, "classification", 10),
        "digits": (1297, "classification", 10),
        "vibration_synthetic": (600, "classification", 4),
    }[demo.id]
    assert (data.n, data.task, len(data.classes)) == expected
    assert data.kind == demo.kind
    assert [note.code for note in data.notes if note.level == "serious"] == []
    assert (0 if data.y_test is None else len(data.y_test)) == (500 if demo.id == "digits" else 0)
