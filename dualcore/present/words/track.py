"""The track record: how right the verdicts were."""

WORDS = {
    "nav.track_record": ("判定の実績", "Track record"),
    "track.title": ("判定はどれだけ当たったか", "How right were the verdicts?"),
    "track.lead": (
        "公開されている実データ {datasets} 種、{cases} 件で、最終層だけの評価から出した判定を、実際に全層を学習した結果と照らし合わせました。"
        "どのデータの判定にも、そのデータ自身の結果は使っていません。",
        "On {datasets} public real datasets ({cases} cases), each verdict from last-layer training was held against what full training "
        "really brought. No dataset's own outcome informed its verdict.",
    ),
    "track.agreement": ("結果と一致した判定", "Verdicts that hindsight confirmed"),
    "track.money": ("理想の判断に対する成果", "Money against perfect foresight"),
    "track.money_note": ("常に投資した場合は {always}", "Always investing: {always}"),
    "track.noise": ("ノイズに「採用・投資」と判定", "Noise told to go ahead"),
    "track.noise_none": ("0 件", "none"),
    "track.noise_some": ("{n} 件", "{n} cases"),
    "track.noise_note": ("ラベルを入れ替えた対照データなど", "label-permuted controls and pure noise"),
    "track.interval": ("90 % 区間 {low}–{high}", "90 % interval {low} to {high}"),
    "track.limits": ("当たらない場合と限界", "Where it falls short"),
    "track.limits_text": (
        "- 中間層の調整で 0.02 以上改善するかどうかの予測は難しく、的中の改善度(Brier スキル)は {gain_skill} です。だからこそ、投資は一段ずつ進めます。\n"
        "- 評価の計算量は、全層学習の {cost} 倍(中央値、CPU 時間)です。表データでは全層学習そのものが数十秒で終わるため、比は大きくなります。\n"
        "- 公開データでの実績です。貴社のデータで同じ精度になるとは限りません。",
        "- Whether tuning gains 0.02 or more is hard to foresee (Brier skill {gain_skill}): that is why investing goes one block at a time.\n"
        "- The evaluation costs {cost} times full training (median, CPU time); on tables full training itself takes only seconds, so the ratio is large.\n"
        "- This is the record on public data; your company's data may differ.",
    ),
    "track.never": (
        "この検証では「{verdict}」の判定は一度も出ませんでした(正解だった件数は {n})。該当する案件を見つける力は、まだ実証されていません。",
        "The verdict \"{verdict}\" was never given in this backtest (it would have been right {n} times): that dualcore finds such cases is not shown yet.",
    ),
    "track.cases": ("全件の一覧", "Every case"),
    "track.column.dataset": ("データ", "Dataset"),
    "track.column.rows": ("学習行数", "Training rows"),
    "track.column.kind": ("種類", "Kind"),
    "track.column.estimate": ("評価時の推定", "Estimated"),
    "track.column.last": ("最終層(実測)", "Last layer (test)"),
    "track.column.full": ("全層学習(実測)", "Full training (test)"),
    "track.column.other": ("他の手法の最良(実測)", "Best other (test)"),
    "track.none": ("実績はまだ記録されていません。", "No record yet."),
    "figure.track.agreement": (
        "判定の {share} が結果と一致しました(90 % 区間 {low}–{high}、{judged} 件)",
        "{share} of the verdicts were right in hindsight (90 % interval {low} to {high}, {judged} judgements)",
    ),
    "figure.track.agreement.axis": ("結果と一致した割合", "share confirmed by hindsight"),
    "figure.track.agreement.alt": ("判定ごとの一致率: {values}", "Agreement by verdict: {values}"),
    "figure.track.agreement.read": (
        "各行が一つの判定です。点は、その判定を出したうち結果と一致した割合、横線は 90 % 区間、n は件数です。",
        "One row per verdict: the dot is the share of such verdicts that hindsight confirmed, the line its 90 % interval, n the number.",
    ),
    "figure.track.reliability": (
        "示した確率と実際の割合のずれは、平均 {error} ポイントです",
        "Stated probabilities and outcomes differ by {error} points on average",
    ),
    "figure.track.reliability.ideal": ("ずれがない場合", "perfectly honest"),
    "figure.track.reliability.x": ("評価時に示した「目標に届く確率」", "stated probability of reaching the goal"),
    "figure.track.reliability.y": ("実際に届いた割合", "share that reached it"),
    "figure.track.reliability.alt": ("示した確率と実際の割合: {values}", "Stated probability and what happened: {values}"),
    "figure.track.reliability.read": (
        "点が破線に近いほど、示した確率をそのまま信じられます。点の大きさは件数です。",
        "The closer the dots to the dashed line, the more literally the probabilities can be taken. Dot size: number of cases.",
    ),
    "figure.track.policy": (
        "判定に従うと、結果を知って決めた場合の {share} の成果が得られました",
        "Following the verdicts earned {share} of what perfect foresight would have",
    ),
    "figure.track.policy.axis": ("1 件あたりの成果(目標 = 100)", "money per case (goal = 100)"),
    "figure.track.policy.never": ("常に見送る", "never invest"),
    "figure.track.policy.always": ("常に全層学習に投資", "always invest"),
    "figure.track.policy.ours": ("dualcore の判定に従う", "follow dualcore"),
    "figure.track.policy.valued": ("期待値が最大の選択肢に従う", "follow the highest expected value"),
    "figure.track.policy.oracle": ("結果を知っていた場合", "perfect foresight"),
    "figure.track.policy.alt": (
        "1 件あたりの成果: 判定に従う {ours}、期待値が最大の選択肢に従う {valued}、常に投資 {always}、結果を知っていた場合 {oracle}",
        "Money per case: our verdicts {ours}, highest expected value {valued}, always invest {always}, perfect foresight {oracle}",
    ),
    "figure.track.policy.read": (
        "目標達成の価値を 100、評価 1、採用 5、再評価 5、全層学習への投資 30 とした場合の平均です。判定は「結果と一致する見込みが最も高いもの」、"
        "期待値は結果の画面の費用対効果の表にあります。",
        "Means with the goal worth 100, evaluation 1, adopting 5, re-evaluation 5, investing in full training 30. The verdict is what is most "
        "likely to be right; expected values stand in the money table of every result.",
    ),
    "figure.track.gain": (
        "全層学習が 0.02 以上改善したのは {cases} 件中 {paid} 件、表データでは {tables} 件中 {tables_paid} 件です",
        "Full training gained 0.02 or more in {paid} of {cases} cases; on tables in {tables_paid} of {tables}",
    ),
    "figure.track.gain.axis": ("全層学習 − 最終層のみ(テストデータ)", "full training minus last layer (test part)"),
    "figure.track.gain.alt": (
        "全層学習による改善: {cases} 件中 {paid} 件で 0.02 以上", "Gain of full training: 0.02 or more in {paid} of {cases} cases",
    ),
    "figure.track.gain.read": (
        "一つの点が一件です。破線より右は全層学習が上回った件、左は最終層のみが上回った件です。",
        "One dot per case. Right of the dashed line full training was better, left of it the last layer alone.",
    ),
}
