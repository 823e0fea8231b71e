"""Phrases to say in the meeting: speaker notes fitted to the evidence. Figures arrive already formatted."""

WORDS: dict[str, tuple[str, str]] = {
    "notes.question.open": (
        "本日は「{name}」について、深層学習に費用をかける前に測った結果をご報告します。",
        "Today: what we measured on “{name}” before any money goes into deep learning.",
    ),
    "notes.question.goal": ("判断の基準は、{metric} {goal} に届くかどうかです。", "The bar is {metric} {goal}."),
    "notes.question.goal_assumed": (
        "目標は案件に設定されていないため、{metric} {goal} を仮の基準にしています。この場で決めていただくと判定が確かになります。",
        "No goal was set, so {metric} {goal} is assumed. Agreeing on one today would make the verdict firmer.",
    ),
    "notes.question.how": (
        "ネットワークを無作為に作り、最終層だけを学習させて測りました。測定は {time} で終わり、投資はまだ始めていません。",
        "We drew a network at random and trained only its last layer. Measuring took {time}; nothing has been invested yet.",
    ),
    "notes.verdict.open": (
        "結論は「{verdict}」です。信頼度は {confidence} で、後から振り返って正しいと分かる見込みを表します。",
        "The verdict is: {verdict}. Its confidence, {confidence}, is the chance that hindsight will agree.",
    ),
    "notes.verdict.adopt": (
        "無作為に作ったネットワークでも多様な見方を備えています。まず最終層だけを評価したところ、それで足りると分かりました。追加の投資は要りません。",
        "A random network already offers many views of the data. We evaluated the last layer first, and it is enough: no further investment is needed.",
    ),
    "notes.verdict.adopt_simple": (
        "最終層の評価と並べて単純な手法も測りました。{model}で足りるため、ネットワークへの投資は要りません。",
        "We measured simple models beside the last layer. With {model} there is no need for a network, nor for an investment in one.",
    ),
    "notes.verdict.invest": (
        "最終層だけでは足りませんが、伸びしろが見えています。中間層を出力側から一つずつ調整し、改善が止まった時点で止めます。",
        "The last layer alone is not enough, but there is room. We would tune one hidden block at a time and stop when a block no longer pays.",
    ),
    "notes.verdict.re-evaluate": (
        "いま決めるには情報が足りません。小さな費用で確かめてから、次に進むかどうかを決めます。",
        "We do not know enough to decide today. A small further check comes first; then we decide whether to go on.",
    ),
    "notes.verdict.stop": (
        "早い段階で止める判断ができるのが、この進め方の利点です。このデータと構成では、費用に見合う成果を見込めません。ほかの入力が得られれば、同じ手順で測り直せます。",
        "Being able to stop early is the point of this procedure. With these data and this architecture the cost is not covered. With other inputs, we can measure again in the same way.",
    ),
    "notes.verdict.reasons": ("理由は次の {n} 点です。", "The reasons, {n} in all:"),
    "notes.money.open": ("費用の話です。{sentence}。", "On the money: {sentence}."),
    "notes.money.basis": (
        "金額は、目標達成の価値{value}と人件費・計算費の単価から試算しました。前提が違えば、この場で計算し直せます。",
        "The estimates rest on a worth of {value} for the goal and on the rates for people and computing. If you see these differently, we can recompute on the spot.",
    ),
    "notes.level.open": ("到達した水準です。{sentence}。", "The level reached. {sentence}."),
    "notes.level.simple": (
        "灰色の棒は単純な手法です。最も良い{name}は {score} で、最終層との差は {gain} です。",
        "The grey bars are simple models. The best of them, the {name}, scores {score}; the last layer differs by {gain}.",
    ),
    "notes.level.interval": (
        "縦の線は 90 % 区間です。線どうしが大きく重なる差は、偶然でも生じます。",
        "Whiskers are 90 % intervals. Differences between bars whose whiskers overlap widely can be chance.",
    ),
    "notes.level.random": (
        "これは「この構成の最終層で見える関係」を測ったものです。見えないことは、関係がないことの証明ではありません。",
        "This measures what the last layer of this architecture can see. Not seeing a relation does not prove that there is none.",
    ),
    "notes.level.relu": (
        "活性化関数には、理論で安定性が裏づけられている ReLU を使っています。最初の選択として妥当です。",
        "The activation is ReLU, a sound first choice: theory supports its stability.",
    ),
    "notes.curve.open": ("データを増やした場合です。{sentence}。", "With more data. {sentence}."),
    "notes.curve.shares": (
        "ばらつきのうち {explained} は説明済みです。残りの内訳は、データ不足 {data_gap}、表現の不足 {coverage_gap}、ノイズ {noise} です。",
        "Of the variation, {explained} is explained. The rest: too few rows {data_gap}, not covered {coverage_gap}, noise {noise}.",
    ),
    "notes.curve.special": (
        "自社のデータが特殊かどうかは「表現の不足」で早めに分かります。大きい場合に限り、中間層の調整を検討します。",
        "Whether our data are special shows early in “not covered”. Only where it is large do we consider tuning hidden layers.",
    ),
    "notes.curve.unreliable": ("内訳は標本が小さいため参考値です。", "The shares are indicative only: the sample is small."),
    "notes.risk.open": (
        "この判定は条件付きです。次のことが分かれば、結論は変わり得ます。",
        "The verdict is conditional. If one of these turns out, it may change.",
    ),
    "notes.stages.open": ("最終層の評価のあとに行った段階の結果です。", "What the stages after the last layer found."),
    "notes.plan.adopt": (
        "参考として、それでも本格投資をする場合の計画を示します。推奨はしていません。",
        "For reference, this is the plan if we invested in full all the same. It is not recommended.",
    ),
    "notes.plan.invest": (
        "本格投資の計画です。各段階の終わりにゲートがあり、基準に届かなければそこで支出を止めます。",
        "The plan of full investment. A gate ends each phase; where its criterion is missed, spending stops.",
    ),
    "notes.plan.next": ("最初のゲートは {day} 日目です。{criterion}。", "The first gate comes on day {day}: {criterion}."),
    "notes.decisions.none": (
        "本日の判断を記録に残します。推奨に従うか、異なる判断をする場合はその理由を一文でお願いします。",
        "Today's decision goes on record: follow the recommendation, or override it with one sentence of reason.",
    ),
    "notes.decisions.some": (
        "これまでの判断は {n} 件、うち推奨と異なるものは {overrides} 件です。",
        "{n} decisions so far, {overrides} of them against the recommendation.",
    ),
    "notes.provenance": (
        "数値はすべて保存された評価結果と一致します。データ、評価プロトコル、乱数の種が同じなら、同じ値を再現できます。",
        "Every figure equals the stored evidence. The same data, protocol and seed reproduce it.",
    ),
}
