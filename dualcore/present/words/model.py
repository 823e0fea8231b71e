"""Words of the model as a product: predictions on new data, drift, downloads, MLflow."""

WORDS: dict[str, tuple[str, str]] = {
    "model.title": ("このモデルを使う", "Use the model"),
    "model.lead": (
        "評価した最終層のモデルは、そのまま使えます。新しいデータを予測するか、ほかのソフトウェアで使える形で取り出してください。前処理も含まれます。",
        "The last-layer model that was evaluated is ready to use: predict new data here, or take it to other software. Preprocessing is included.",
    ),
    "model.predict": ("新しいデータを予測する", "Predict new data"),
    "model.download": ("モデルを取り出す", "Take the model along"),
    "model.none": ("この評価にはモデルが保存されていません。もう一度評価すると使えるようになります。", "This evaluation kept no model. Evaluate again to get one."),
    "model.form.safetensors": ("safetensors + JSON", "safetensors + JSON"),
    "model.form.safetensors.text": (
        "重みと計算手順の説明です。dualcore も PyTorch もなしで読めます。", "Weights and a description of every step. Readable without dualcore or PyTorch.",
    ),
    "model.form.onnx": ("ONNX", "ONNX"),
    "model.form.onnx.text": (
        "opset 20 の計算グラフと、入力の変換方法です。多くの実行環境で動きます。", "The computation as a graph (opset 20), with how inputs are encoded. Runs in most serving systems.",
    ),
    "model.form.sklearn": ("scikit-learn 用", "For scikit-learn"),
    "model.form.sklearn.text": (
        "`dualcore.load_estimator(\"{file}\")` で読み込み、Pipeline に組み込めます。", "Load it with `dualcore.load_estimator(\"{file}\")` and put it into a Pipeline.",
    ),
    "model.command": ("コマンドでも予測できます: `{command}`", "On the command line: `{command}`"),
    # predictions
    "predict.rows": ("{rows} 件を予測しました。", "{rows} rows are predicted."),
    "predict.classes": (
        "列「{target}」が予測、「p(...)」が各クラスの確率です。確率は、学習から除いた行で補正してあります。",
        "Column '{target}' is the prediction, 'p(...)' the probability of each class, calibrated on rows that were left out of training.",
    ),
    "predict.interval": (
        "列「{target}」が予測、「{low}」と「{high}」が {level} 区間の両端(± {width})です。学習データと同じ条件の新しい値は、{level} の割合でこの区間に入ります。",
        "Column '{target}' is the prediction, '{low}' and '{high}' the ends of its {level} interval (± {width}). New values from the same source lie inside in {level} of the cases.",
    ),
    "predict.no_interval": (
        "このモデルは区間の計算に必要な残差を持っていません。もう一度評価すると区間が付きます。",
        "This model kept no left-out residuals, so there are no intervals. Evaluate again to get them.",
    ),
    # drift
    "drift.same": (
        "学習データ({training} 件)との違いは見つかりませんでした。", "No difference from the {training} training rows was found.",
    ),
    "drift.columns": (
        "学習データと違う点があります: {columns}。予測は評価時の成績より悪くなるおそれがあります。",
        "These differ from the training data: {columns}. Predictions may be worse than the evaluation says.",
    ),
    "drift.overall": (
        "全体として学習データと違います(列ごとには目立ちません)。予測は評価時の成績より悪くなるおそれがあります。",
        "Taken together, the rows differ from the training data, though no single column stands out. Predictions may be worse than the evaluation says.",
    ),
    "drift.few": (
        "{rows} 件では少なすぎるため、学習データとの違いは調べていません({fewest} 件以上で調べます)。",
        "{rows} rows are too few to compare with the training data ({fewest} are needed).",
    ),
    "drift.unknown": (
        "このモデルは学習データの特徴を保存していないため、データの変化を調べられません。もう一度評価すると調べられます。",
        "This model kept nothing of its training data to compare with, so drift cannot be checked. Evaluate again to get the check.",
    ),
    "drift.heading": ("学習データとの違い", "Difference from the training data"),
    "drift.read": (
        "PSI は分布のずれの大きさです(0.1 未満は小さい、0.25 以上は大きい)。偶然の違いを除くため、列の数を考慮した検定も行い、両方を満たす列だけを挙げています。",
        "PSI says how far a distribution moved (below 0.1 little, from 0.25 much). A test corrected for the number of columns rules out chance; columns are named only when both agree.",
    ),
    "drift.column": ("列", "Column"),
    "drift.finding": ("違い", "What differs"),
    "drift.psi": ("PSI", "PSI"),
    "drift.values": ("値の分布が変わりました", "values are distributed differently"),
    "drift.missing": ("空欄 {before} → {now}", "missing {before} → {now}"),
    "drift.unseen": ("学習時になかった値 {share}", "values that training never had: {share}"),
    "drift.summary.mean": ("平均の大きさ(チャネル {channel})", "mean level (channel {channel})"),
    "drift.summary.spread": ("ばらつき(チャネル {channel})", "spread (channel {channel})"),
    "drift.summary.roughness": ("細かな変化の大きさ(チャネル {channel})", "roughness (channel {channel})"),
    "drift.whole": (
        "全体の違い: 学習データのばらつきの {distance}(偶然なら起きる確率 {p})", "As a whole: {distance} of the training rows' spread (chance would give as much with probability {p})",
    ),
    # what cannot be exported
    "error.export_not_last_layer": (
        "取り出せるのは最終層のモデルだけです。中間層を調整したモデルは、starter kit か PyTorch の形で使ってください。",
        "Only last-layer models can be exported. Use the starter kit or PyTorch for a model whose hidden layers were tuned.",
    ),
    "error.export_inputs": (
        "構成「{name}」は入力を {count} 個持つため取り出せません。入力が一つの構成で評価してください。",
        "'{name}' reads {count} inputs and cannot be exported. Evaluate a skeleton with one input.",
    ),
    "error.export_activation": (
        "構成「{skeleton}」の活性化関数「{name}」は、この環境で登録された独自のものなので取り出せません。標準の関数で評価してください。",
        "'{skeleton}' uses the activation '{name}', which only this process knows. Evaluate with one of the built-in functions.",
    ),
    "error.export_variance": (
        "構成「{name}」は入力の基準(norm = {norm})が単位ベクトルではないため、カーネルの形では取り出せません。幅を指定して評価すると取り出せます。",
        "The kernel of '{name}' takes inputs that are no unit vectors (norm = {norm}) and cannot be exported. Evaluate with a width instead.",
    ),
    "error.export_form": ("取り出す形「{form}」はありません。{known} から選んでください。", "There is no export '{form}'. Choose one of: {known}."),
    "error.level_range": ("区間の水準 {level} は使えません。0.5 から 0.99 までにしてください。", "The level {level} cannot be used. It must lie between 0.5 and 0.99."),
    "error.estimator_input": (
        "scikit-learn 用の fit は、行と列からなる表だけを受け付けます(渡されたもの: {found})。画像や信号は dualcore.evaluate で評価してください。",
        "fit takes tables of rows and columns (found: {found}). Evaluate images and signals with dualcore.evaluate.",
    ),
    "error.estimator_features": (
        "学習時と列数が違います(学習時 {expected}、渡されたもの {found})。同じ列を渡してください。", "X has {found} columns; the model was fitted on {expected}. Pass the same columns.",
    ),
    # MLflow
    "note.mlflow_logged": ("MLflow に記録しました(実験「{experiment}」、実行 {run})。", "Logged to MLflow (experiment “{experiment}”, run {run})."),
    "note.mlflow_failed": (
        "MLflow に記録できませんでした({reason})。評価の結果には影響しません。MLFLOW_TRACKING_URI とサーバーの状態を確かめてください。",
        "Logging to MLflow failed ({reason}). The evaluation itself is not affected. Check MLFLOW_TRACKING_URI and the server.",
    ),
    "note.mlflow_missing": (
        "MLFLOW_TRACKING_URI が設定されていますが、MLflow が入っていないため記録していません。requirements-mlflow.txt を入れてください。",
        "MLFLOW_TRACKING_URI is set but MLflow is not installed, so nothing was logged. Install requirements-mlflow.txt.",
    ),
    # command line
    "cli.exported": ("{path} に書き出しました({size})。", "{path} ({size})"),
}
