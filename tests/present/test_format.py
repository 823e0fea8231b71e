"""Numbers as people read them."""

from __future__ import annotations

import pytest

from dualcore.present import format as fmt
from dualcore.present.escape import markdown, plain


@pytest.mark.parametrize(
    ("amount", "currency", "language", "text"),
    [
        (7_400_000, "JPY", "ja", "740万円"),
        (120_000_000, "JPY", "ja", "1.2億円"),
        (15_000, "JPY", "ja", "1.5万円"),
        (500, "JPY", "ja", "500円"),
        (-640_000, "JPY", "ja", "−64万円"),
        (7_400_000, "JPY", "en", "¥7.4M"),
        (80_000, "USD", "en", "$80K"),
        (-500, "EUR", "en", "−€500"),
        (43.3333, "USD", "en", "$43"),
        (999.6, "USD", "en", "$1K"),
        (0, "JPY", "ja", "0円"),
    ],
)
def test_money(amount, currency, language, text):
    assert fmt.money(amount, currency, language) == text


@pytest.mark.parametrize(
    ("value", "low", "high", "text"),
    [
        (0.9312, 0.90, 0.95, "0.93"),
        (0.93123, 0.9301, 0.9324, "0.931"),
        (53.21, 50.1, 56.0, "53"),
        (0.5, None, None, "0.50"),
    ],
)
def test_a_score_shows_the_digits_that_its_interval_supports(value, low, high, text):
    assert fmt.score(value, low, high) == text


def test_interval_and_signs():
    assert fmt.interval(0.9, 0.95, "ja") == "90 % 区間 0.90–0.95"
    assert fmt.points(0.031) == "+0.03"
    assert fmt.points(-0.004) == "−0.004"
    assert fmt.number(-0.001, 2) == "0.00"
    assert fmt.number(float("nan")) == "–"


@pytest.mark.parametrize(
    ("seconds", "ja", "en"),
    [
        (0.2, "1 秒未満", "under 1 s"),
        (12, "12 秒", "12 s"),
        (200, "3 分 20 秒", "3 min 20 s"),
        (9000, "2.5 時間", "2.5 h"),
    ],
)
def test_duration(seconds, ja, en):
    assert (fmt.duration(seconds, "ja"), fmt.duration(seconds, "en")) == (ja, en)


@pytest.mark.parametrize("text", ["**x**", ":red[x]", "<script>", "`x`", "$x$", "[a](http://b)", "# x", "&lt;"])
def test_markdown_of_people_is_escaped(text):
    escaped = markdown(text)
    assert escaped.replace("\\", "") == text
    assert all(escaped[i - 1] == "\\" for i, c in enumerate(escaped) if c in "*:<`$[]()#&")


def test_plain_text_is_shortened_and_has_no_tags():
    assert plain("<b>" + "x" * 100, 10) == "&lt;b&gt;xxxxxx…"
    assert plain("a\u202eb\nc") == "a b c"
