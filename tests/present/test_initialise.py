"""The report as a table and as a picture, in both languages."""

import unicodedata

import pytest
import torch
from torch import nn

from dualcore.kernels import correct_init_, diagnose_init
from dualcore.present.figures import plot_signal
from dualcore.present.initialise import init_report_text, remark_sentence, short
from dualcore.present.words import WORDS


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.norm, self.second, self.head = nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d(8), nn.Conv2d(8, 8, 3, bias=False), nn.Linear(8, 2)
        self.unused = nn.Linear(2, 2)

    def forward(self, x):
        h = torch.tanh(self.norm(self.conv(x)))
        return self.head(torch.tanh(self.second(h)).mean((2, 3)))


def sample():
    return torch.randn(8, 1, 6, 6, generator=torch.Generator().manual_seed(0))


def width(text):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_table_is_aligned_and_says_everything(language):
    report = correct_init_(Net(), sample=sample())
    text = init_report_text(report, language)
    lines = text.splitlines()
    table = lines[2 : 3 + len(report.layers)]
    # The last column is filled to the right edge, also with full-width letters.
    assert len({width(line) for line in table}) == 1
    assert all(layer.name in line for layer, line in zip(report.layers, table[1:]))
    for remark in (r for layer in report.layers for r in layer.remarks):
        assert text.count(remark_sentence(remark, language)) == 1
    assert "unused" in text and "{" not in text


def test_a_diagnosis_has_no_arrows():
    text = init_report_text(diagnose_init(Net()), "en")
    assert "\u2192" not in text and "measured" not in text.splitlines()[2]


@pytest.mark.parametrize(("value", "text"), [(None, "\u2013"), (0.0, "0.000"), (0.3344, "0.334"), (2e-5, "2.0e-05"), (12.34, "12.3"), (4e7, "4.0e+07"), (float("nan"), "\u2013")])
def test_numbers(value, text):
    assert short(value) == text


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("given", [True, False])
def test_the_picture_shows_what_activations_see(theme, given):
    report = correct_init_(Net(), sample=sample() if given else None)
    texts = []
    for language in ("ja", "en"):
        picture = plot_signal(report, language, theme)
        assert picture.title and picture.alt and "{" not in picture.title + picture.alt + picture.read
        assert picture.figure.layout.paper_bgcolor == "rgba(0,0,0,0)"
        texts.append(picture.read)
    assert texts[0] != texts[1]
    field = "measured" if given else "variance"
    before, after = (t for t in picture.figure.data if t.yaxis == "y")
    rows = {layer.name: layer for layer in report.layers}
    assert list(after.text) == (["norm", "second", "head"] if given else ["norm", "second"])  # without a sample the head is not known
    assert list(after.y) == [getattr(rows[n], f"{field}_after") for n in after.text]
    assert before.name == "before"


def test_a_layer_of_zeros_does_not_break_the_logarithmic_axis():
    picture = plot_signal(correct_init_(Net(), sample=sample(), readout="zero"), "en")
    assert all(v > 0 for t in picture.figure.data if t.yaxis == "y" for v in t.y)


def test_every_remark_that_the_code_gives_has_words():
    import re
    from pathlib import Path

    kernels = Path(__file__).parents[2] / "dualcore" / "kernels" / "modules"
    text = "\n".join((kernels / name).read_text() for name in ("correction.py", "report.py", "walk.py", "derive.py"))
    codes = set(re.findall(r'(?:Remark\(code=|self\._say\(\w+, |code = |self\._no\((?:"output"|[^"\n]*?), )"([a-z_.]+)"', text))
    assert len(codes) > 30
    assert {f"init.{c}" for c in codes} - set(WORDS) == set()
