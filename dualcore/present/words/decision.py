"""Sentences of the verdict. Figures arrive already formatted (see ``present.sentences``)."""

WORDS = {
    "reason.signal": (
        "偶然では説明できない関係があります({metric} {score}、偶然の範囲 {low}–{high})。",
        "There is signal beyond chance ({metric} {score}; chance gives {low} to {high}).",
    ),
    "reason.no_signal": (
        "入力と予測対象の間に、偶然と区別できる関係が見つかりませんでした(p = {p})。",
        "No relation between the inputs and the target could be told from chance (p = {p}).",
    ),
    "reason.others_see_signal": (
        "最終層では関係が見えませんが、{name}では見えています。まず単純な手法を確かめる価値があります。",
        "The last layer sees no signal, but {name} does: look at the simple model first.",
    ),
    "reason.not_worth_it": (
        "目標に届く見込みを考えても、費用が効果を上回ります(差引 {net})。",
        "Even allowing for the chance of success, the cost exceeds the expected value (net {net}).",
    ),
    "reason.reaches_goal": (
        "測定値は、最終層だけで目標を満たしています({metric} {score}、90 % 区間 {low}–{high}、目標 {goal})。",
        "As measured, the last layer alone meets the goal ({metric} {score}, 90 % interval {low} to {high}, goal {goal}).",
    ),
    "reason.below_goal": (
        "測定値は、最終層だけでは目標を満たしていません({metric} {score}、90 % 区間 {low}–{high}、目標 {goal})。",
        "As measured, the last layer alone misses the goal ({metric} {score}, 90 % interval {low} to {high}, goal {goal}).",
    ),
    "reason.wide_interval": (
        "目標 {goal} が {level} 区間({low}–{high})の中にあり、このデータだけでは判断が割れます。",
        "The goal {goal} lies inside the {level} interval ({low} to {high}); these data alone cannot settle it.",
    ),
    "reason.confidence_low": (
        "「{decision}」の信頼度が {confidence} にとどまり、基準の {least} を下回ります。先に情報を増やすべき段階です。",
        "“{decision}” would be given with a confidence of only {confidence}, below the standard's {least}: find out more first.",
    ),
    "reason.simpler_model_recommended": (
        "{name}で足ります({metric} {score}、目標 {goal})。ネットワークの上積みは {gain}({level} 区間 {low}–{high})で、意味のある最小の改善 {least} に届きません。",
        "No network is needed: {name} will do ({metric} {score}, goal {goal}). The network adds {gain} ({level} interval {low} to {high}), less than the smallest improvement that matters, {least}.",
    ),
    "reason.reference_failed": (
        "{name}はこのデータでは計算できなかったため、比較の基準に使っていません。",
        "Not used as a bar: {name} could not be computed on these data.",
    ),
    "reason.reference_below_constant": (
        "{name}は {metric} {score} で、同じ答えを返し続ける予測({constant})を下回るため、比較の基準に使っていません。",
        "Not used as a bar: {name} ({metric} {score}) falls below always giving the same answer ({constant}).",
    ),
    "reason.more_data_pays_more": (
        "データを {rows} 行に増やす効果({gain})が、中間層を調整する効果({tuning})を上回る見込みです。",
        "Growing the data to {rows} rows should bring more ({gain}) than tuning the hidden layers ({tuning}).",
    ),
    "reason.other_skeleton_better": (
        "同じデータでは、別の構成「{skeleton}」のほうが {gain} 上回りました({metric} {score})。",
        "On the same rows another architecture, {skeleton}, scored {gain} better ({metric} {score}).",
    ),
    "reason.leak_suspected": (
        "列「{column}」だけで予測対象をほぼ言い当てられます。予測する時点で分からない値なら、この成績は再現しません。",
        "The column “{column}” almost gives the target away. If it is not known when predicting, this score will not hold.",
    ),
    "reason.drift_suspected": (
        "「{column}」の前半と後半でデータの傾向が変わっています。今後も変われば、この成績は続きません。",
        "The data differ between the earlier and the later part of “{column}”. If they go on changing, this score will not last.",
    ),
    "reason.ceiling_uncertain": (
        "到達できる上限の推定({ceiling})は目標 {goal} を下回りますが、クラスごとに {needed} 行に満たないため、判定には使っていません。",
        "The estimated ceiling ({ceiling}) is below the goal {goal}, but with fewer than {needed} rows a class it is too unsure to count.",
    ),
    "reason.evaluation_costly": (
        "この評価には、本格的な学習 1 回(約 {seconds})の {ratio} の時間がかかりました(基準の上限は {limit})。この規模なら、直接学習しても費用は大きく変わりません。",
        "This evaluation took {ratio} of the time of one full training (about {seconds}; the standard's limit is {limit}). At this size, training outright costs little more.",
    ),
    "reason.fewer_permutations": (
        "偶然との比較は {used} 回の入れ替えで行われ、現在の基準({asked} 回)に足りません。厳密に合わせるには評価をやり直してください。",
        "The comparison with chance used {used} permutations; the standard asks for {asked}. Evaluate again to comply in full.",
    ),
    "reason.simple_better": (
        "{name}のほうが {gain} 上回ります。ニューラルネットワークに投資する前に、こちらを検討すべきです。",
        "{name} scores {gain} better: consider it before investing in a network.",
    ),
    "reason.simple_as_good": (
        "{name}も同程度です({metric} {score})。運用しやすいほうを選べます。",
        "{name} does about as well ({metric} {score}); take whichever is easier to run.",
    ),
    "reason.simple_not_better": (
        "単純な手法({name})より {gain} 上回ります。",
        "It beats the best simple model ({name}) by {gain}.",
    ),
    "reason.simple_reaches_goal": (
        "{name}は目標に届いています({metric} {score}、目標 {goal})。",
        "{name} already reaches the goal ({metric} {score}, goal {goal}).",
    ),
    "reason.others_below_goal": (
        "単純な手法({name})でも目標に届きません({metric} {score})。",
        "The best simple model ({name}) misses the goal as well ({metric} {score}).",
    ),
    "reason.order_carries_nothing": (
        "畳み込みを使っても改善しません(全結合のほうが {gain} 上)。値の並び順より、値そのものに意味があるデータです。",
        "Convolution does not help (fully connected is {gain} better): in these data the order of the values carries nothing.",
    ),
    "reason.convolution_helps": (
        "畳み込みを使うと {gain} 改善します。近くの値どうしの並びに意味があるデータです。",
        "Convolution gains {gain}: in these data, neighbouring values belong together.",
    ),
    "reason.more_data_helps": (
        "データを {rows} 行に増やすと、目標に届く見込みです(推定 {doubled})。",
        "With {rows} rows the goal should come within reach (estimate {doubled}).",
    ),
    "reason.more_data_not_enough": (
        "データを {rows} 行に増やしても目標には届かない見込みです(推定 {doubled})。",
        "Even {rows} rows would probably not be enough (estimate {doubled}).",
    ),
    "reason.ceiling_below_goal": (
        "この入力で到達できる上限の推定({ceiling})が目標 {goal} を下回ります。どの手法でも届きにくい見込みです。",
        "The estimated ceiling for these inputs ({ceiling}) is below the goal {goal}: no method is likely to reach it.",
    ),
    "reason.room_below_ceiling": (
        "到達できる上限の推定({ceiling})まで、まだ余地があります(現在 {score})。",
        "There is room up to the estimated ceiling ({ceiling}; now {score}).",
    ),
    "reason.random_split_flatters": (
        "時期やグループをまたぐ予測は、無作為に分けた場合({random})より難しく、正しくは {score} です。",
        "Predicting across time or groups is harder than a random split suggests ({random}); the honest figure is {score}.",
    ),
    "reason.tuning_gains": (
        "中間層の試し調整で {measured} 改善しました。本格的な調整では {gain} 前後の改善が見込めます({low}–{high})。",
        "A short tuning probe gained {measured}; full tuning is expected to add about {gain} ({low} to {high}).",
    ),
    "reason.kind_gains_from_tuning": (
        "同じ種類のデータでは、中間層の調整で {gain} 前後改善する例が多くあります({low}–{high})。",
        "On data of this kind, tuning the hidden layers often adds about {gain} ({low} to {high}).",
    ),
    "reason.tuning_adds_little": (
        "中間層まで調整しても、大きな改善は見込めません(推定 {gain}、{low}–{high})。",
        "Tuning the hidden layers is not expected to add much (estimate {gain}, {low} to {high}).",
    ),
    "change.goal_above": ("目標が {value} を超える場合", "A goal above {value}"),
    "change.goal_at": ("目標を {value} 程度に見直す場合", "A goal of about {value}"),
    "change.new_data_worse": ("新しいデータでの成績が {goal} に届かない場合", "A score below {goal} on new data"),
    "change.more_rows": ("データが約 {rows} 行集まる場合(推定の幅 {low}–{high} 行)", "About {rows} rows of data (between {low} and {high})"),
    "change.new_inputs": ("予測に効く新しい項目(測定値など)が加わる場合", "New inputs that bear on the target"),
    "change.tuning_would_have_to_add": (
        "中間層の調整で {gain} 以上改善する根拠が得られる場合", "Evidence that tuning adds {gain} or more",
    ),
    "change.first_block_gains_nothing": (
        "最初の中間層を調整しても検証データで改善しない場合(そこで止めます)",
        "No gain on validation data after tuning the first block (then stop there)",
    ),
    "next.pilot": ("最終層のモデルを、限られた範囲で試験運用します。", "Pilot the last-layer model in a limited area."),
    "next.pilot_simple": ("ネットワークを使わず、単純な手法を限られた範囲で試験運用します。", "Pilot the simple model in a limited area; no network is needed."),
    "next.pilot_simple.linear": ("ネットワークを使わず、線形モデルを限られた範囲で試験運用します。", "Pilot the linear model in a limited area; no network is needed."),
    "next.pilot_simple.boosted_trees": (
        "ネットワークを使わず、勾配ブースティング木を限られた範囲で試験運用します。",
        "Pilot boosted trees in a limited area; no network is needed.",
    ),
    "next.record_and_close": (
        "判断の理由を記録して終了します。条件が変わったら、同じ手順で再評価できます。",
        "Record the reasons and close. If conditions change, evaluate again in the same way.",
    ),
    "next.look_for_inputs": (
        "予測対象に効きそうな項目を現場に確認し、データに加えてから再評価します。",
        "Ask the people on site which measurements should matter, add them, and evaluate again.",
    ),
    "next.try_simple_model": (
        "単純な手法を検証データで確かめ、十分ならそれを採用します。",
        "Check the simple model on validation data; if it is good enough, use it.",
    ),
    "next.try_simple_model.linear": (
        "線形モデルを検証データで確かめ、十分ならそれを採用します。ネットワークへの投資は不要です。",
        "Check the linear model on validation data; if it is good enough, use it, and invest in no network.",
    ),
    "next.try_simple_model.boosted_trees": (
        "勾配ブースティング木を検証データで確かめ、十分ならそれを採用します。ネットワークへの投資は不要です。",
        "Check boosted trees on validation data; if they are good enough, use them, and invest in no network.",
    ),
    "next.collect_rows": ("データを追加で集め、同じ手順で再評価します。", "Collect more rows and evaluate again in the same way."),
    "next.compare_architectures": (
        "別のアーキテクチャと初期化を、小さな検証データで比べます。",
        "Compare other architectures and initialisations on small validation sets.",
    ),
    "next.tune_first_block": (
        "出力側の中間層から一つずつ調整し、改善が止まった時点で終了します。",
        "Tune the hidden layers one block at a time from the output, and stop when a block no longer pays.",
    ),
    # The answer in one sentence where a model other than the last layer is the one to use.
    "result.sentence.adopt.linear": ("線形モデルで足ります。ネットワークは不要です", "The linear model is enough: no network is needed"),
    "result.sentence.adopt.boosted_trees": ("勾配ブースティング木で足ります。ネットワークは不要です", "Boosted trees are enough: no network is needed"),
    "result.sentence.re-evaluate.linear": (
        "線形モデルなら目標に届きます。ネットワークに投資する前に確かめましょう", "The linear model reaches the goal: check it before investing in a network",
    ),
    "result.sentence.re-evaluate.boosted_trees": (
        "勾配ブースティング木なら目標に届きます。ネットワークに投資する前に確かめましょう",
        "Boosted trees reach the goal: check them before investing in a network",
    ),
    "model.majority": ("多数派を答えるだけの予測", "always guessing the majority"),
    "model.mean": ("平均を答えるだけの予測", "always guessing the mean"),
    "model.linear": ("線形モデル", "the linear model"),
    "model.boosted_trees": ("勾配ブースティング木", "boosted trees"),
    "model.last_layer": ("最終層のみ", "last layer only"),
}
