"""Sentences of the evidence room: steps, metrics, remarks, errors."""

WORDS = {
    "job.step.encode": ("データを計算用の形に変換しています", "Preparing the inputs"),
    "job.step.choose": ("候補のアーキテクチャを比べています", "Comparing candidate architectures"),
    "job.step.last_layer": ("最終層を学習しています", "Training the last layer"),
    "job.step.seeds": ("初期化を変えて再現性を確かめています", "Repeating with other initialisations"),
    "job.step.null": ("偶然でも出る成績かどうかを確かめています", "Checking against chance"),
    "job.step.baselines": ("単純な手法と比べています", "Comparing with simple models"),
    "job.step.curve": ("データを増やした場合を見積もっています", "Estimating what more data would bring"),
    "job.step.coverage": ("カーネルのカバー範囲を調べています", "Measuring kernel coverage"),
    "job.step.probe": ("中間層の調整を短く試しています", "Trying a short tuning of the hidden layers"),
    "job.step.done": ("結果をまとめています", "Putting the results together"),
    "remark.linear_ridge": ("リッジ回帰で計測(罰則はデータから選択)", "Measured with ridge regression, penalty chosen from the data"),
    "remark.trees_components": ("入力が多いため、主成分 40 個で計測", "Many inputs: measured on 40 principal components"),
    "remark.fewer_folds": ("時間の都合で分割の一部だけで計測", "Measured on some of the splits only, to save time"),
    "remark.model_failed": ("このデータでは計算できませんでした", "Could not be computed on these data"),
    "remark.too_few_rows": ("行数が少なく計測できません", "Too few rows to measure"),
    "ceiling.nearest_neighbour": ("最近傍の誤り率からの推定", "Estimated from nearest-neighbour errors"),
    "ceiling.neighbour_residuals": ("似た行どうしの残差の差からの推定", "Estimated from residuals of similar rows"),
    "ceiling.other_metric": ("この指標では上限を推定できません(分類では正解率とクラス平均正解率のみ)", "Not available for this metric (in classification: accuracy and balanced accuracy only)"),
    "probe.too_few_rows": ("行数が少ないため、中間層の試し調整は行っていません。", "Too few rows for a tuning probe."),
    "probe.linear": ("線形モデルには調整する中間層がありません。", "A linear model has no hidden layers to tune."),
    "probe.not_finite": ("試し調整の成績が計算できなかったため、使っていません。", "The probe gave no usable score and was left out."),
    "note.rows_sampled": (
        "行数が多いため、{rows} 行から無作為に選んだ {used} 行で評価しました。",
        "There are many rows: {used} of {rows} were drawn at random and evaluated.",
    ),
    "note.rows_drawn": (
        "行数が多いため、最終層のスコア、予測、誤りの分析には全 {rows} 行を、構造の選択、ほかの手法や偶然との比較、学習曲線の途中の点、"
        "カバレッジ、上限、試し調整、初期値によるばらつきには無作為に選んだ {used} 行以下を使いました。",
        "There are many rows. The last layer's score, its predictions and where it errs come from all {rows}; the choice of the skeleton, "
        "the comparison with other methods and with chance, the inner points of the learning curve, coverage, ceiling, probe and spread "
        "between initialisations from at most {used}, drawn at random.",
    ),
    "error.job_cancelled": ("評価を中止しました。", "The evaluation was cancelled."),
    "error.metric_does_not_fit": (
        "指標「{metric}」はこの課題({task})では使えません。次から選んでください: {known}",
        "The metric '{metric}' does not fit this task ({task}). Choose one of: {known}.",
    ),
    "error.no_cuda": (
        "GPU(CUDA)が見つかりません。デバイスに auto または cpu を指定してください。",
        "No CUDA device was found. Choose the device auto or cpu.",
    ),
    "error.not_finite": (
        "計算の途中で有限でない値が現れました。極端に大きい値を含む列がないか確認してください。",
        "The computation met values that are not finite. Check the columns for extremely large values.",
    ),
    "error.not_a_model": (
        "「{name}」は dualcore のモデルではありません。評価で保存したモデルを指定してください。",
        "'{name}' is not a dualcore model. Give the model that an evaluation saved.",
    ),
}

WORDS |= {
    "cli.ceiling": ("到達できる上限の推定", "estimated ceiling"),
    "cli.null": ("偶然との区別", "against chance"),
    "cli.verdict.stop": ("判定: 見送り(信頼度 {confidence})", "Verdict: stop (confidence {confidence})"),
    "cli.verdict.adopt": ("判定: 最終層のみで採用(信頼度 {confidence})", "Verdict: adopt the last layer (confidence {confidence})"),
    "cli.verdict.re-evaluate": ("判定: 再評価(信頼度 {confidence})", "Verdict: re-evaluate (confidence {confidence})"),
    "cli.verdict.invest": ("判定: 中間層調整へ進む(信頼度 {confidence})", "Verdict: invest in tuning (confidence {confidence})"),
    "error.not_json": ("「{name}」を JSON として読めません。計算スケルトンの JSON ファイルを指定してください。",
                       "'{name}' is not JSON. Give a skeleton's JSON file."),
    "error.kernel_too_costly": (
        "計算スケルトン「{name}」の双対カーネルは計算量が上限の {times} 倍になります。行数を減らすか、全結合の計算スケルトンを選んでください。",
        "The dual kernel of '{name}' on these rows costs {times} times the limit. Use fewer rows, or a fully connected skeleton.",
    ),
    "error.skeleton_needed": ("計算スケルトンの名前を指定してください(例: fc2)。", "Name a skeleton, for example fc2."),
}
