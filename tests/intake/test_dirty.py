"""Files as users really produce them: each gets what it deserves, as one clear sentence in both languages."""

import time

import numpy as np
import pytest

from dualcore.errors import DataError
from dualcore.intake import fit_encoder, inspect, prepare
from dualcore.present.sentences import note_sentence
from dualcore.present.words import LANGUAGES, say

SECONDS = 20  # far above what is needed; a file that hangs the reader fails

# file -> error code
REFUSED = {
    "10_empty.csv": "empty_file",
    "11_header_only.csv": "no_rows",
    "12_one_column.csv": "no_inputs",
    "13_one_class_target.csv": "one_class",
    "20_one_row.csv": "too_few_rows",
    "21_100000_columns.csv": "wide_and_short",
    "23_truncated.parquet": "parquet_damaged",
    "25_zip_bomb_50MB_zeros.zip": "zip_bomb",
    "27_decompression_bomb_30000px.png": "single_file",
    "29_pickled_object.npz": "npz_objects",
    "30_length_mismatch.npz": "npz_length_mismatch",
    "31_images_without_labels.npz": "npz_no_labels",
    "36_html_error_page.csv": "web_page",
    "43_mixed_sizes_and_modes.zip": "one_class",  # all its pictures lie in one folder; see test_arrays for the conversion
}

# file -> (kind, rows, columns or shape, task, notes that must be there)
READ = {
    "01_cp932_excel_japan.csv": ("table", 344, 7, "classification", {"encoding_assumed"}),
    "02_utf8_bom.csv": ("table", 344, 7, "classification", set()),
    "03_utf16_unicode_text.csv": ("table", 344, 7, "classification", {"separator_assumed"}),
    "04_semicolon.csv": ("table", 1599, 11, "classification", {"separator_assumed"}),
    "05_tab_named_csv.csv": ("table", 1941, 27, "classification", {"separator_assumed"}),
    "06_decimal_comma.csv": ("table", 1030, 8, "regression", {"decimal_comma", "separator_assumed"}),
    "07_quoted_newlines.csv": ("table", 400, 2, "classification", {"text_used"}),
    "08_no_header.csv": ("table", 208, 60, "classification", {"no_header"}),
    "09_duplicate_columns.csv": ("table", 1941, 10, "classification", {"duplicate_names"}),
    "14_all_missing_column.csv": ("table", 1030, 8, "regression", {"columns_empty"}),
    "15_mixed_types.csv": ("table", 1030, 8, "regression", {"unreadable_cells"}),
    "16_dates.csv": ("table", 2000, 9, "classification", {"dates", "time_order_assumed", "drift"}),
    "17_id_leaks_target.csv": ("table", 1941, 27, "classification", {"identifiers", "leaks"}),
    "18_huge_cardinality.csv": ("table", 1500, 27, "classification", {"identifiers"}),
    "19_inf_nan.csv": ("table", 1022, 8, "regression", {"infinite_cells", "target_missing"}),
    "22_multi_sheet_merged_header.xlsx": ("table", 300, 8, "regression", {"sheet_assumed", "title_lines_skipped", "footer_skipped"}),
    "24_path_traversal.zip": ("image", 40, (28, 28, 1), "classification", {"zip_unsafe_entries"}),
    "26_corrupted_images.zip": ("image", 90, (28, 28, 1), "classification", {"images_skipped"}),
    "28_decompression_bomb_in_zip.zip": ("image", 20, (28, 28, 1), "classification", set()),
    "32_formula_injection.csv": ("table", 300, 21, "classification", set()),
    "33_html_in_cells.csv": ("table", 200, 20, "classification", set()),
    "34_xlsx_named_csv.csv": ("table", 1599, 11, "classification", {"really_excel"}),
    "35_csv_named_xlsx.xlsx": ("table", 1599, 11, "classification", {"really_text"}),
    "37_nul_bytes_ragged_rows.csv": ("table", 398, 27, "classification", {"nul_bytes", "ragged_rows"}),
    "38_awkward_column_names.csv": ("table", 344, 7, "classification", set()),
    "39_singleton_class_and_missing_label.csv": ("table", 1885, 27, "classification", {"target_missing", "small_classes"}),
    "40_duplicated_rows_x5.csv": ("table", 1040, 60, "classification", {"duplicates"}),
    "41_target_with_currency.csv": ("table", 1030, 8, "regression", set()),
    "42_cp932_folder_names.zip": ("image", 90, (28, 28, 1), "classification", set()),
    "44_unequal_series_shuffled.csv": ("series", 40, (6, 100), "classification", {"series_lengths", "series_gap", "series_duplicate_times"}),
    "45_preamble_and_footer_cp932.csv": ("table", 500, 3, "classification", {"encoding_assumed", "title_lines_skipped", "footer_skipped", "imbalance"}),
}


def dataset(shared, name):
    return prepare(inspect(shared / "dirty" / name))


def test_every_file_has_an_expectation(shared):
    files = {p.name for p in (shared / "dirty").iterdir() if p.name[:2].isdigit()}
    assert files == set(REFUSED) | set(READ)


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_a_sentence(shared, name):
    start = time.monotonic()
    with pytest.raises(DataError) as caught:
        dataset(shared, name)
    assert caught.value.code == REFUSED[name]
    assert time.monotonic() - start < SECONDS
    sentences = [say(f"error.{caught.value.code}", language, **caught.value.fields) for language in LANGUAGES]
    assert len(set(sentences)) == 2
    assert all("Traceback" not in s and "{" not in s and "\n" not in s for s in sentences)
    # Whoever uploads several files must know which one is meant.
    assert all(name in s or str(caught.value.fields.get("file")) == name for s in sentences)


@pytest.mark.parametrize("name", READ)
def test_read_and_said(shared, name):
    start = time.monotonic()
    kind, rows, shape, task, notes = READ[name]
    data = dataset(shared, name)
    assert time.monotonic() - start < SECONDS
    assert (data.kind, data.n, data.task) == (kind, rows, task)
    assert (data.X.shape[1] if kind == "table" else data.X.shape[1:]) == shape
    assert notes <= {n.code for n in data.notes}
    for note in data.notes:
        sentences = [note_sentence(note, language) for language in LANGUAGES]
        assert len(set(sentences)) == 2
        assert all(name in s and "{" not in s for s in sentences)
    encoded = fit_encoder(data).transform(data.X)
    assert np.isfinite(encoded).all()


def test_encodings_give_the_same_table(shared):
    reference = prepare(inspect(shared / "datasets" / "samples" / "penguins_ja.csv"))
    for name in ("01_cp932_excel_japan.csv", "02_utf8_bom.csv", "03_utf16_unicode_text.csv"):
        data = dataset(shared, name)
        assert list(data.X.columns) == list(reference.X.columns)
        assert data.classes == reference.classes
        assert np.array_equal(data.y, reference.y)
        assert data.X.equals(reference.X)


def test_separators_decimals_and_currency_give_the_numbers_of_the_original(shared):
    original = prepare(inspect(shared / "datasets" / "samples" / "concrete_strength.csv"))
    assert np.allclose(dataset(shared, "06_decimal_comma.csv").X.to_numpy(), original.X.to_numpy())
    assert np.array_equal(dataset(shared, "14_all_missing_column.csv").X.to_numpy(), original.X.to_numpy())
    money = dataset(shared, "41_target_with_currency.csv").y
    assert np.corrcoef(money, original.y)[0, 1] > 0.999


def test_the_pickle_is_never_run(shared, capfd):
    with pytest.raises(DataError):
        dataset(shared, "29_pickled_object.npz")
    assert "PICKLE CODE WAS EXECUTED" not in "".join(capfd.readouterr())


def test_links_and_paths_are_not_followed(shared):
    note = next(n for n in dataset(shared, "24_path_traversal.zip").notes if n.code == "zip_unsafe_entries")
    assert "6" in note_sentence(note, "en")


def test_japanese_folder_names_are_readable(shared):
    assert set(dataset(shared, "42_cp932_folder_names.zip").classes) == {"傷", "汚れ", "良品"}


def test_suspects_are_named(shared):
    data = dataset(shared, "17_id_leaks_target.csv")
    named = {n.code: n.fields["columns"] for n in data.notes if n.code in ("identifiers", "leaks")}
    assert "管理番号" in named["identifiers"]
    assert "inspection_code" in named["leaks"]


def test_copies_stay_together(shared):
    data = dataset(shared, "40_duplicated_rows_x5.csv")
    assert data.profile.duplicate_rows == 832
    assert len(np.unique(data.groups)) == 208


def test_bad_lines_are_named(shared):
    notes = {n.code: n for n in dataset(shared, "37_nul_bytes_ragged_rows.csv").notes}
    assert notes["nul_bytes"].fields["lines"] == "51"
    assert notes["ragged_rows"].fields["lines"] == "81, 91"


def test_the_same_letters_in_two_forms_stay_two_columns(shared):
    source = inspect(shared / "dirty" / "38_awkward_column_names.csv")
    names = [c.name for c in source.columns]
    assert len(names) == len(set(names)) == 10


def test_mixed_cells_stay_numbers(shared):
    data = dataset(shared, "15_mixed_types.csv")
    assert all(c.role == "numeric" for c in data.columns)
    assert 1040.0 in data.X["coarse_aggregate_kg_m3"].to_numpy()
