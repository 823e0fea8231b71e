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
    # specificity, in parts
    "figure.share.title_open": (
        "残りの主因は、この件数では決められません(データ不足 {data_gap}、表現の不足 {coverage_gap}、ノイズ {noise})",
        "These rows do not tell what is mostly missing (too few rows {data_gap}, not covered {coverage_gap}, noise {noise})",
    ),
    "figure.share.read_interval": ("かっこ内は 90 % 区間です。", " In brackets: the 90 % interval."),
    # growth of the norm
    "figure.norm.law": ("破線: この表現で表せる場合の減り方", "dashed: how it falls when this representation contains the target"),
    "figure.norm.rows": ("使う件数", "rows used"),
    "figure.norm.axis": ("1 件あたりの複雑さ", "complexity per row"),
    "figure.norm.inside": (
        "件数を増やしても関数は複雑になりません。目的はこの表現で表せます(指数 {exponent}、{interval})",
        "More rows do not make the function more complex: this representation contains the target (exponent {exponent}, {interval})",
    ),
    "figure.norm.outside": (
        "件数とともに関数が複雑になり続けます。ノイズか、この表現で表せない構造があります(指数 {exponent}、{interval})",
        "The function keeps growing with the rows: noise, or structure that this representation lacks (exponent {exponent}, {interval})",
    ),
    "figure.norm.open": (
        "目的がこの表現で表せるかどうかは、この件数では決められません(指数 {exponent}、{interval})",
        "These rows do not tell whether this representation contains the target (exponent {exponent}, {interval})",
    ),
    "figure.norm.alt": ("1 件あたりの複雑さの増え方。指数 {exponent}、{interval}", "Growth of the complexity per row. Exponent {exponent}, {interval}"),
    "figure.norm.read": (
        "部分集合の件数を倍々に増やし、データに合わせるために必要な関数の複雑さを測りました。破線に沿って減れば表現は足りています。横ばいなら、ノイズか表現の不足です。",
        "How complex a function must be to fit ever larger subsets. Falling along the dashed line, the representation suffices; staying level means noise or something it lacks.",
    ),
    # figures beside the pictures
    "coverage.measure": ("指標", "Measure"),
    "coverage.value": ("実測", "Measured"),
    "coverage.null": ("偶然の場合", "By chance"),
    "coverage.meaning": ("意味", "Meaning"),
    "coverage.alignment": ("中心化カーネル・ターゲット整合度", "Centred kernel-target alignment"),
    "coverage.alignment_null": ("{value} 以下(95 %)", "up to {value} (95 %)"),
    "coverage.alignment_text": (
        "表現の中で似ている行どうしが、正解でも似ている度合い(0–1)です。", "How far rows that are alike in the representation are alike in the target (0 to 1).",
    ),
    "coverage.tail": ("上位 {k} 成分の外に残る割合", "Left outside the {k} leading components"),
    "coverage.tail_text": (
        "この件数で学べる成分に含まれない、正解のばらつきの割合です。", "Share of the target outside the components that these rows can learn.",
    ),
}
