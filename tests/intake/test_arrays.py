"""Pictures, sounds and signals from npz and zip: right values, clear refusals, no surprises."""

from __future__ import annotations

import io
import stat
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from dualcore.intake.archives import read_zip
from dualcore.intake.limits import DEFAULT
from dualcore.intake.npz import read_npz
from dualcore.intake.reading import Reading

from .material import RNG, npz, png, refused, said, shared, wav, zipped

# npz


@pytest.mark.parametrize("names", [("X", "y"), ("images", "labels"), ("data", "target"), ("X_Train", "Y_TRAIN")])
def test_npz_names_in_any_case(names):
    X = RNG.integers(0, 256, (30, 9, 9, 3), dtype=np.uint8)
    parts = read_npz(npz(**{names[0]: X, names[1]: np.arange(30) % 3}), Reading("a.npz"))
    assert parts.kind == "image" and (parts.X == X).all()
    assert parts.y[:4].tolist() == ["0", "1", "2", "0"]


def test_npz_train_and_test_with_class_names():
    X = RNG.normal(size=(20, 2, 50))
    names = np.array(["good", "bad"])
    data = npz(x_train=X, y_train=np.arange(20) % 2, x_test=X[:4], y_test=np.zeros(4, int), class_names=names)
    parts = read_npz(data, Reading("a.npz"))
    assert parts.kind == "series" and parts.X.dtype == np.float32
    np.testing.assert_allclose(parts.X, X, rtol=1e-6)
    assert parts.y[:2].tolist() == ["good", "bad"] and parts.y_test.tolist() == ["good"] * 4


def test_npz_tells_pictures_from_signals_and_says_so():
    grey, unit = RNG.integers(0, 256, (20, 12, 12)), RNG.random((20, 12, 12))
    for X in (grey, grey.astype(float), unit, grey.astype(np.uint8)):
        reading = Reading("a.npz")
        assert read_npz(npz(X=X, y=np.arange(20) % 2), reading).X.shape == (20, 12, 12, 1)
        assert "array_kind_image" in said(reading)
    for X in (RNG.normal(size=(20, 12, 12)), RNG.integers(0, 256, (20, 3, 64)), RNG.normal(size=(20, 64))):
        reading = Reading("a.npz")
        assert read_npz(npz(X=X, y=np.arange(20) % 2), reading).kind == "series"
        assert said(reading)["array_kind_series"]["length"] == X.shape[-1]


def test_npz_floats_become_0_to_255_the_same_way_in_both_parts():
    X = np.linspace(0, 1, 20 * 64).reshape(20, 8, 8, 1)
    parts = read_npz(npz(x_train=X, y_train=np.arange(20) % 2, x_test=X[:5] / 2, y_test=np.zeros(5)), Reading("a.npz"))
    assert (parts.X.min(), parts.X.max()) == (0, 255)
    np.testing.assert_array_equal(parts.X_test, np.round(X[:5] * 127.5).astype(np.uint8))


def test_npz_channels_first_and_large_pictures():
    X = RNG.integers(0, 256, (6, 3, 200, 100), dtype=np.uint8)
    reading = Reading("a.npz")
    parts = read_npz(npz(X=X, y=np.arange(6) % 2), reading)
    assert parts.X.shape == (6, 96, 48, 3)
    assert said(reading)["images_resized"]["after"] == "48x96"


def test_npz_real_labels_stay_numbers_and_missing_ones_are_dropped():
    y = RNG.normal(size=30)
    y[3] = np.nan
    reading = Reading("a.npz")
    parts = read_npz(npz(X=RNG.normal(size=(30, 1, 20)), y=y), reading)
    assert parts.y.dtype == np.float64 and len(parts.y) == len(parts.X) == 29
    assert said(reading)["array_labels_missing"]["count"] == 1


def test_npz_fills_gaps_on_the_straight_line():
    X = np.tile(np.arange(20.0), (4, 1, 1))
    X[1, 0, 5:8], X[2, 0, 18:], X[3] = np.nan, np.inf, np.nan
    reading = Reading("a.npz")
    parts = read_npz(npz(X=X, y=np.array(["a", "b", "a", "b"])), reading)
    np.testing.assert_allclose(parts.X[1, 0], np.arange(20))
    assert parts.X[2, 0, 19] == 17 and (parts.X[3] == 0).all()
    assert said(reading)["array_values_missing"]["count"] == 25


@pytest.mark.parametrize(
    ("arrays", "code"),
    [
        ({"y": np.zeros(3)}, "npz_no_data"),
        ({"X": np.zeros((3, 1, 20))}, "npz_no_labels"),
        ({"X": np.zeros((3, 1, 20)), "y": np.zeros(4)}, "npz_length_mismatch"),
        ({"X": np.zeros((3, 1, 20)), "y": np.zeros((3, 2))}, "npz_labels_shape"),
        ({"X": np.zeros((3, 5)), "y": np.zeros(3)}, "npz_shape"),
        ({"X": np.zeros((0, 1, 20)), "y": np.zeros(0)}, "array_empty"),
        ({"X": np.array([["a"]] * 3), "y": np.zeros(3)}, "npz_not_numbers"),
        ({"X": np.zeros((3, 1, 20)), "y": np.array([None, 1, 2])}, "npz_objects"),
        (
            {
                "x_train": np.zeros((3, 1, 20)),
                "y_train": np.zeros(3),
                "x_test": np.zeros((1, 1, 9)),
                "y_test": np.zeros(1),
            },
            "npz_shape_differs",
        ),
    ],
)
def test_npz_refusals(arrays, code):
    assert refused(read_npz, npz(**arrays), Reading("a.npz")).code == code


def test_npz_declared_sizes_come_first():
    reading = Reading("a.npz", limits=replace(DEFAULT, array_bytes=1000))
    assert refused(read_npz, npz(X=np.zeros((30, 1, 20)), y=np.zeros(30)), reading).code == "npz_too_large"
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f8", "fortran_order": False, "shape": (10**9, 10**4, 9)})
    data = zipped({"X.npy": header.getvalue(), "y.npy": header.getvalue()})
    assert refused(read_npz, data, Reading("a.npz")).code == "npz_unreadable"
    assert refused(read_npz, b"not a zip", Reading("a.npz")).code == "npz_unreadable"


# zip of pictures


def folders(count: int = 4, prefix: str = "") -> dict[str, bytes]:
    return {
        f"{prefix}{c}/{i}.png": png(np.full((10, 12), 40 * k + i, np.uint8))
        for k, c in enumerate(("good", "bad"))
        for i in range(count)
    }


def test_zip_class_folders_below_a_common_one():
    parts = read_zip(zipped(folders(prefix="my data/pictures/")), Reading("a.zip"))
    assert parts.X.shape == (8, 10, 12, 1) and parts.X_test is None
    assert {c: int(parts.X[parts.y == c].min()) for c in ("good", "bad")} == {"good": 0, "bad": 40}


def test_zip_train_test_and_validation():
    files = {**folders(prefix="d/Train/"), **folders(2, "d/test/"), **folders(1, "d/val/")}
    reading = Reading("a.zip")
    parts = read_zip(zipped(files), reading)
    assert (len(parts.y), len(parts.y_test)) == (10, 4) and set(parts.y_test) == {"good", "bad"}
    assert said(reading)["zip_validation_folder"]["count"] == 2


def test_zip_every_mode_becomes_one():
    grey = np.tile(np.linspace(0, 255, 16).astype(np.uint8), (16, 1))
    rgba = np.dstack([grey, grey, grey, np.zeros_like(grey)])
    turned = Image.fromarray(grey).getexif()
    turned[0x0112] = 3  # upside down
    files = {
        "a/deep.png": png(grey.astype(np.uint16) * 257),
        "a/palette.gif": png(Image.fromarray(grey).convert("P"), "GIF"),
        "a/cmyk.jpg": png(Image.fromarray(grey).convert("CMYK"), "JPEG", quality=98),
        "b/glass.png": png(rgba),
        "b/turned.png": png(grey, exif=turned),
        "b/bits.png": png(Image.fromarray(grey).convert("1")),
    }
    reading = Reading("a.zip")
    X = read_zip(zipped(files), reading).X
    assert X.shape == (6, 16, 16, 1)
    np.testing.assert_array_equal(X[0, ..., 0], grey)
    np.testing.assert_array_equal(X[1, ..., 0], grey)
    assert np.abs(X[2, ..., 0].astype(int) - grey).max() < 12
    assert (X[3] == 255).all()  # fully transparent on white paper
    np.testing.assert_array_equal(X[4, ..., 0], grey[:, ::-1])
    assert set(np.unique(X[5])) == {0, 255}


def test_zip_sizes_become_one_and_colour_is_kept():
    files = {f"a/{i}.png": png(np.full((20 + i, 30, 3), (200, 10, 10), np.uint8)) for i in range(5)}
    reading = Reading("a.zip")
    parts = read_zip(zipped(files | {"b/x.png": png(np.full((300, 300), 7, np.uint8))}), reading)
    assert parts.X.shape == (6, 22, 30, 3) and parts.X[0, 3, 3].tolist() == [200, 10, 10]
    fields = said(reading)["images_converted_colour"]
    assert (fields["after"], fields["resized"], fields["sizes"]) == ("30x22", 5, 6)


def test_zip_unsafe_names_and_links_are_never_read():
    files = folders() | {"../e.png": b"x", "/abs.png": b"x", "C:/e.png": b"x", "a\\b.png": b"x"}
    stream = io.BytesIO(zipped(files))
    with zipfile.ZipFile(stream, "a") as archive:
        link = zipfile.ZipInfo("good/link.png")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    reading = Reading("a.zip")
    assert len(read_zip(stream.getvalue(), reading).y) == 8
    assert said(reading)["zip_unsafe_entries"]["count"] == 5 and "images_skipped" not in said(reading)


def test_zip_litter_is_silent_and_the_rest_is_named():
    litter = {"__MACOSX/good/._1.png": b"x", "good/.DS_Store": b"x", "good/Thumbs.db": b"x", ".hidden/a.png": b"x"}
    reading = Reading("a.zip")
    parts = read_zip(
        zipped(folders() | litter | {"good/cut.png": b"\x89PNG", "empty/": b"", "loose.png": b"x"}), reading
    )
    assert len(parts.y) == 8
    notes = said(reading)
    assert set(notes) == {"images_skipped", "zip_empty_classes", "zip_outside_folders"}
    assert notes["images_skipped"]["names"] == "good/cut.png" and notes["zip_empty_classes"]["names"] == "empty"


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"data.csv": b"a,b\n1,2\n"}, "zip_single_table"),
        ({"d/data.npz": b"x"}, "zip_single_table"),
        ({"readme.md": b"x"}, "zip_nothing_usable"),
        ({}, "zip_nothing_usable"),
        ({"a.png": b"x", "b.png": b"x"}, "zip_no_class_folders"),
        ({"a/a.png": b"x", "b/b.png": b"x"}, "zip_all_damaged"),
        ({"a/a.png": b"x", "b/b.wav": b"x"}, "zip_mixed_kinds"),
        ({"a/zeros.png": bytes(5_000_000)}, "zip_bomb"),
    ],
)
def test_zip_refusals(files, code):
    assert refused(read_zip, zipped(files), Reading("a.zip")).code == code


def test_zip_limits():
    data = zipped(folders())
    assert refused(read_zip, data, Reading("a.zip", limits=replace(DEFAULT, zip_entries=7))).fields["limit"] == 7
    assert refused(read_zip, data, Reading("a.zip", limits=replace(DEFAULT, zip_bytes=100))).code == "zip_too_large"
    assert (
        refused(read_zip, data, Reading("a.zip", limits=replace(DEFAULT, image_pixels=100))).code == "zip_all_damaged"
    )
    assert refused(read_zip, b"PK", Reading("a.zip")).code == "zip_unreadable"


def test_zip_entry_that_lies_about_its_size_gives_no_more_than_declared():
    data = bytearray(zipped({"a/zeros.png": bytes(900_000), "b/1.png": png(np.zeros((4, 4), np.uint8))}))
    for offset in (data.find(b"PK\x01\x02") + 24, 22):  # declared size in the directory and in the entry itself
        data[offset : offset + 4] = (10).to_bytes(4, "little")
    reading = Reading("a.zip")
    assert read_zip(bytes(data), reading).y.tolist() == ["b"]
    assert said(reading)["images_skipped"]["count"] == 1


# sounds


def test_zip_of_recordings():
    time = np.arange(16000) / 16000
    tone = 0.5 * np.sin(2 * np.pi * 100 * time)
    files = {f"a/{i}.wav": wav(tone[:8000], 16000) for i in range(4)}
    files |= {"b/slow.wav": wav(tone[:8000:2], 8000), "b/stereo.WAV": wav(np.repeat(tone[:8000], 2), 16000, 2)}
    files |= {"b/short.wav": wav(tone[:4000], 16000), "b/cut.wav": b"RIFF"}
    reading = Reading("a.zip")
    parts = read_zip(zipped(files), reading)
    assert parts.kind == "audio" and parts.sample_rate == 16000 and parts.X.shape == (7, 1, 8000)
    assert parts.y.tolist() == ["a"] * 4 + ["b"] * 3
    np.testing.assert_allclose(parts.X[0, 0], tone[:8000], atol=1e-4)
    np.testing.assert_allclose(parts.X[4, 0, 500:-500], tone[500:7500], atol=0.01)
    np.testing.assert_allclose(parts.X[5], parts.X[0], atol=1e-6)
    assert (parts.X[6, 0, 4000:] == 0).all()
    assert set(said(reading)) == {"audio_skipped", "audio_resampled", "audio_lengths"}


# the files kept for tests


def test_dirty_archives():
    reading = Reading("24")
    assert len(read_zip(shared("dirty/24_path_traversal.zip"), reading).y) == 40
    assert said(reading)["zip_unsafe_entries"]["count"] == 6
    assert refused(read_zip, shared("dirty/25_zip_bomb_50MB_zeros.zip"), Reading("25")).code == "zip_bomb"
    reading = Reading("26")
    assert len(read_zip(shared("dirty/26_corrupted_images.zip"), reading).y) >= 89
    assert (
        said(reading)["images_skipped"]["count"] in (30, 31)
        and said(reading)["zip_empty_classes"]["names"] == "EmptyClass"
    )
    reading = Reading("28")
    assert len(read_zip(shared("dirty/28_decompression_bomb_in_zip.zip"), reading).y) == 20
    assert said(reading)["images_too_large"]["count"] == 1
    parts = read_zip(shared("dirty/42_cp932_folder_names.zip"), Reading("42"))
    assert {c: int((parts.y == c).sum()) for c in ("傷", "汚れ", "良品")} == {"傷": 30, "汚れ": 30, "良品": 30}
    reading = Reading("43")
    X = read_zip(shared("dirty/43_mixed_sizes_and_modes.zip"), reading).X
    assert X.shape == (60, 64, 64, 3) and "images_converted_colour" in said(reading)
    # The 16-bit picture (every sixth, the fifth) is as bright as the others, not clipped to white.
    assert np.mean(X == 255) < 0.2 and X.mean(axis=(1, 2, 3)).max() < 250


def test_dirty_npz(capfd):
    assert refused(read_npz, shared("dirty/29_pickled_object.npz"), Reading("29")).code == "npz_objects"
    assert "PICKLE" not in "".join(capfd.readouterr())
    error = refused(read_npz, shared("dirty/30_length_mismatch.npz"), Reading("30"))
    assert (error.fields["examples"], error.fields["labels"]) == (100, 99)
    error = refused(read_npz, shared("dirty/31_images_without_labels.npz"), Reading("31"))
    assert error.fields["found"] == "images" and "labels" in error.fields["looked"]


@pytest.mark.parametrize(
    ("name", "kind", "shape", "classes"),
    [
        ("cifar10.npz", "image", (10000, 32, 32, 3), 10),
        ("cwru_bearing.npz", "series", (2000, 1, 600), 10),
        ("fsdd_spoken_digits.npz", "audio", (900, 1, 5000), 10),
        ("deeppcb_defects.npz", "image", (5977, 48, 48, 1), 6),
        ("sign_language_digits.zip", "image", (1651, 64, 64, 3), 10),
    ],
)
def test_real_sets(name, kind, shape, classes):
    reading = Reading(name)
    parts = (read_npz if name.endswith("npz") else read_zip)(shared(f"datasets/public/{name}"), reading)
    assert (parts.kind, parts.X.shape, len(set(parts.y))) == (kind, shape, classes)
    said(reading)


def test_half_a_picture_does_not_pass_for_a_whole_one_whatever_other_libraries_switched_on(monkeypatch):
    """The library that makes the PDFs tells Pillow to accept truncated files, for the whole process."""
    from PIL import ImageFile

    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    whole = io.BytesIO()
    rng = np.random.default_rng(0)
    with zipfile.ZipFile(whole, "w") as archive:
        for i in range(60):
            buffer = io.BytesIO()
            Image.fromarray(rng.integers(0, 255, (24, 24), dtype=np.uint8)).save(buffer, "PNG")
            content = buffer.getvalue()
            archive.writestr(f"{'ab'[i % 2]}/{i}.png", content[: len(content) // 2] if i < 6 else content)
    reading = Reading("pictures")
    assert len(read_zip(whole.getvalue(), reading).y) == 54 and said(reading)["images_skipped"]["count"] == 6
