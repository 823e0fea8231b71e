"""Transfer: features that know the data win, noise does not, and nothing but numbers is read from an upload."""

import io
import pickle

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.datasets import load_digits

from dualcore.errors import DataError
from dualcore.evidence.embeddings import (
    Embeddings,
    encode,
    encoder_files,
    load_encoder,
    match_rows,
    read_embeddings,
)
from dualcore.evidence.transfer import Request, compare, prepare
from dualcore.intake import from_frame, inspect
from dualcore.intake import prepare as prepare_data
from dualcore.intake.records import Question
from dualcore.kernels import preset
from tests.evidence.problems import table


def shifted(images: np.ndarray, seed: int) -> np.ndarray:
    """Digits (n, 8, 8) somewhere on a canvas (n, 12, 12): a random dense layer has to see every place anew."""
    out = np.zeros((len(images), 12, 12))
    for canvas, image, (i, j) in zip(out, images, np.random.default_rng(seed).integers(0, 5, (len(images), 2))):
        canvas[i : i + 8, j : j + 8] = image
    return out


class Head(torch.nn.Module):
    """A small convolutional encoder of 12 x 12 pictures; its features are ten class scores."""

    def __init__(self):
        super().__init__()
        self.body = torch.nn.Sequential(
            torch.nn.Conv2d(1, 8, 3, padding=1), torch.nn.ReLU(), torch.nn.MaxPool2d(2), torch.nn.Conv2d(8, 16, 3, padding=1), torch.nn.ReLU(),
            torch.nn.Flatten(), torch.nn.Linear(576, 10),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.body(x)


@pytest.fixture(scope="module")
def encoder():
    """Trained on the half of digits that no test evaluates."""
    found = load_digits()
    X, y = torch.tensor(shifted(found.images[1::2], 0) / 16, dtype=torch.float32)[:, None], torch.tensor(found.target[1::2])
    torch.manual_seed(0)
    body = Head()
    optimiser = torch.optim.AdamW(body.parameters(), 4e-3)
    for _ in range(14):
        for rows in torch.randperm(len(X)).split(32):
            optimiser.zero_grad()
            torch.nn.functional.cross_entropy(body(X[rows]), y[rows]).backward()
            optimiser.step()
    return body.eval()


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    """60 digits of the other half, few enough that knowing digits helps."""
    found = load_digits()
    rows = 2 * np.random.default_rng(0).choice(899, 60, replace=False)
    path = tmp_path_factory.mktemp("digits") / "digits.npz"
    np.savez(path, X=(shifted(found.images[rows], 1) * 255 / 16).round().astype(np.uint8)[..., None], y=found.target[rows])
    return prepare_data(inspect(path))


REQUEST = Request(preset("fc1"), name="x.npy", sha256="0" * 64)


def measured(dataset, features):
    run, rows = prepare(dataset, REQUEST)
    return compare(run, REQUEST, features[rows])


def test_a_pretrained_encoder_beats_the_random_one_and_noise_does_not(digits, encoder, tmp_path):
    torch.jit.trace(encoder, torch.zeros(2, 1, 12, 12)).save(tmp_path / "encoder.pt")
    run, _ = prepare(digits, REQUEST)
    won = compare(run, REQUEST, encode(load_encoder(tmp_path / "encoder.pt"), digits, run.builder.X))
    assert won.reading == "pretrained" and won.low > 0
    assert won.pretrained.score > won.random.score + 0.05
    assert won.gain == pytest.approx(won.pretrained.score - won.random.score)
    assert won.pretrained.dimensions == 10 and won.pretrained.neighbours_score > won.random.neighbours_score

    noise = measured(digits, np.random.default_rng(1).standard_normal((60, 64)).astype(np.float32))
    assert noise.reading == "no_signal" and noise.low < 0
    assert noise.pretrained.low <= noise.chance and noise.pretrained.logme < won.pretrained.logme


def test_the_random_side_is_the_score_of_stage_1(digits):
    from dualcore.evidence.lastlayer import fit_last_layer

    run, _ = prepare(digits, REQUEST)
    fit = fit_last_layer(run.builder.exact(REQUEST.skeleton), run.y, run.C, run.metric, run.split)
    again = measured(digits, run.builder.X.reshape(run.n, -1))
    assert again.random.score == run.score(run.y[fit.rows], fit.prediction)
    assert again.random.dimensions is None and again.random.penalty == pytest.approx(fit.penalty)


def test_measures_stay_finite_where_features_are_as_many_as_rows(digits):
    """The digits in their own kernel: 59 components for 60 rows would fit any target."""
    wide = measured(digits, np.random.default_rng(0).standard_normal((60, 400)).astype(np.float32))
    for part in (wide.random, wide.pretrained):
        assert np.isfinite(part.logme) and 0 < part.h_score < 9
    assert wide.random.h_score > wide.pretrained.h_score


def test_the_same_features_are_even(digits):
    """Features whose linear kernel is the random side's own: no gain, and an interval around none."""
    from dualcore.evidence.transfer import _random, paired_gain

    run, _ = prepare(digits, REQUEST)
    from dualcore.evidence.lastlayer import fit_last_layer

    fit = fit_last_layer(_random(run, REQUEST), run.y, run.C, run.metric, run.split)
    assert paired_gain(run, fit, fit) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize("case", ["regression", "grouped", "time"])
def test_values_groups_and_time_are_split_as_in_stage_1(case):
    frame, choices = table(150, task="regression" if case == "regression" else "classification"), {}
    if case == "grouped":
        frame["group"], choices = np.repeat(np.arange(30), 5), {"group_column": "group"}
    if case == "time":
        frame["day"], choices = pd.date_range("2026-01-01", periods=150), {"time_column": "day"}
    dataset = prepare_data(from_frame(frame), Question(target="target", **choices))
    known = frame[["x0", "x1"]].to_numpy()
    result = measured(dataset, np.column_stack([known, known[:, 0] ** 2]).astype(np.float32))
    assert result.estimate_from == {"grouped": "grouped", "time": "time_ordered"}.get(case, "leave_one_out")
    assert result.gain > 0 and (result.pretrained.h_score is None) == (case == "regression")
    assert result.rows == (120 if case == "time" else 150)


def test_sampled_rows_are_those_of_stage_1(monkeypatch):
    from dualcore.evidence import run as stage1

    monkeypatch.setattr(stage1, "LARGEST", 100)
    dataset = prepare_data(from_frame(table(150)), Question(target="target"))
    run, rows = prepare(dataset, REQUEST)
    assert len(rows) == 100 and np.array_equal(dataset.y[rows], run.y)


def test_one_row_too_few_is_refused(digits):
    run, _ = prepare(digits, REQUEST)
    with pytest.raises(DataError, match="59 embeddings for the 60 rows"):
        compare(run, REQUEST, np.zeros((59, 3), np.float32))
    with pytest.raises(DataError, match="same for every example"):
        compare(run, REQUEST, np.ones((60, 3), np.float32))


# Files


@pytest.mark.parametrize("kind", ["npz", "npy", "csv", "parquet"])
def test_every_kind_of_file_gives_the_same_numbers(tmp_path, kind):
    values = np.arange(12, dtype=np.float64).reshape(4, 3)
    path = tmp_path / f"e.{kind}"
    frame = pd.DataFrame(values, columns=["a", "b", "c"])
    {"npz": lambda: np.savez(path, embeddings=values, other=np.zeros(2)), "npy": lambda: np.save(path, values.reshape(4, 3, 1)),
     "csv": lambda: frame.to_csv(path, index=False), "parquet": lambda: frame.to_parquet(path)}[kind]()  # fmt: skip
    assert np.array_equal(read_embeddings(path, path.name).values, values.astype(np.float32))


def pickled() -> bytes:
    class Evil:
        def __reduce__(self):
            return (print, ("code ran",))

    return pickle.dumps(Evil())


def archive(**arrays) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("e.npy", pickled, "cannot be read"),
        ("e.npz", pickled, "cannot be read"),
        ("e.npz", lambda: archive(embeddings=np.array([{"a": 1}], dtype=object)), "cannot be read"),
        ("e.npz", lambda: archive(a=np.zeros((2, 2)), b=np.zeros((2, 2))), "which array"),
        ("e.npz", lambda: archive(X=np.zeros(5)), "shape"),
        ("e.pkl", pickled, "kind of file"),
        ("e.pt", pickled, "kind of file"),
        ("e.csv", lambda: b"a,b\n1,x\n2,y\n", "no numbers"),
        ("e.csv", lambda: b"a,b\n1,\n2,3\n", "1 rows"),
        ("e.parquet", lambda: b"PAR1 no", "cannot be read"),
        ("e.csv", lambda: b"", "cannot be read"),
    ],
)
def test_anything_but_numbers_is_refused_and_nothing_is_run(tmp_path, capsys, name, content, says):
    path = tmp_path / name
    path.write_bytes(content())
    with pytest.raises(DataError, match=says):
        read_embeddings(path, name)
    assert "code ran" not in capsys.readouterr().out


# Rows


def rows_of(frame, found, column=None, **question):
    asked = Question(target="target", **question)
    source = from_frame(frame)
    return match_rows(found, prepare_data(source, asked), source, asked, column)


def test_rows_without_a_target_are_left_out_of_the_embeddings_too():
    frame = table(60)
    frame.loc[[3, 10], "target"] = None
    values = np.arange(60, dtype=np.float32)[:, None]
    kept = rows_of(frame, Embeddings(values))
    assert kept[:, 0].tolist() == [i for i in range(60) if i not in (3, 10)]
    assert np.array_equal(rows_of(frame, Embeddings(kept)), kept)
    with pytest.raises(DataError, match="59 embeddings for the 60 rows"):
        rows_of(frame, Embeddings(values[:59]))


def test_rows_are_matched_by_an_identifier(tmp_path):
    frame = table(50)
    frame.insert(0, "part no", [f"P{i:03}" for i in range(50)])
    other = pd.DataFrame({"part no": frame["part no"], "e": np.arange(50.0)}).sample(frac=1, random_state=0)
    other.to_csv(tmp_path / "e.csv", index=False)
    found = read_embeddings(tmp_path / "e.csv", "e.csv", "part no")
    assert rows_of(frame, found, "part no")[:, 0].tolist() == list(range(50))
    with pytest.raises(DataError, match="P007"):
        rows_of(frame, Embeddings(found.values[found.ids != "P007"], found.ids[found.ids != "P007"]), "part no")
    with pytest.raises(DataError, match="twice"):
        rows_of(frame, Embeddings(found.values[[0, 0]], found.ids[[0, 0]]), "part no")
    with pytest.raises(DataError, match="no column"):
        read_embeddings(tmp_path / "e.csv", "e.csv", "nope")


# Encoders


def test_an_exported_program_and_a_folder_give_the_same_features(digits, encoder, tmp_path):
    inputs = torch.zeros(7, 1, 12, 12)
    torch.export.save(torch.export.export(encoder, (inputs,)), tmp_path / "encoder.pt2")
    fixed = load_encoder(tmp_path)
    assert fixed.batch == 7  # 60 is no multiple of 7: the last batch is filled and cut
    with torch.no_grad():
        expected = encoder(torch.from_numpy(digits.X.transpose(0, 3, 1, 2)).float() / 255).numpy()
    assert np.allclose(encode(fixed, digits, np.empty(0)), expected, atol=1e-5)


def test_weights_need_the_function_that_makes_their_network(digits, encoder, tmp_path, monkeypatch):
    from safetensors.torch import save_file

    save_file(encoder.state_dict(), tmp_path / "w.safetensors")
    with pytest.raises(DataError, match="--factory"):
        load_encoder(tmp_path / "w.safetensors")
    with pytest.raises(DataError, match="belong together"):
        load_encoder(tmp_path / "w.safetensors", "collections:OrderedDict")
    loaded = load_encoder(tmp_path / "w.safetensors", "tests.evidence.test_transfer:Head")
    assert encode(loaded, digits, np.empty(0)).shape == (60, 10)


def test_what_is_no_encoder_is_refused(digits, encoder, tmp_path):
    (tmp_path / "bad.pt").write_bytes(pickled())
    for name, says in (("bad.pt", "cannot be loaded"), ("none.pt", "no pretrained model"), ("x.bin", "no kind")):
        (tmp_path / "x.bin").write_bytes(b"x")
        with pytest.raises(DataError, match=says):
            load_encoder(tmp_path / name)
    torch.jit.trace(torch.nn.Conv2d(3, 4, 3), torch.zeros(2, 3, 12, 12)).save(tmp_path / "rgb.pt")
    with pytest.raises(DataError, match="does not take inputs of shape"):
        encode(load_encoder(tmp_path / "rgb.pt"), digits, np.empty(0))


def test_only_encoders_inside_the_folder_are_listed(tmp_path):
    folder = tmp_path / "encoders"
    folder.mkdir()
    (tmp_path / "outside.pt").write_bytes(b"x")
    (folder / "in.pt").write_bytes(b"x")
    (folder / "notes.txt").write_bytes(b"x")
    (folder / "link.pt").symlink_to(tmp_path / "outside.pt")
    assert encoder_files(folder) == ["in.pt"] and encoder_files(None) == encoder_files(tmp_path / "nowhere") == []
