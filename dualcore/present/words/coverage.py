"""Words about coverage and the noise ceiling."""

WORDS = {
    "ceiling.too_few_rows": (
        "推定していません(クラスごとに 1,000 行程度が必要です)",
        "Not given: it takes about 1,000 rows in every class to tell",
    ),
    "ceiling.not_settled": (
        "推定していません(行数を増やすと推定値がまだ動くためです)",
        "Not given: the estimate still moves as rows are added",
    ),
}
