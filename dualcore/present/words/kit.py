"""README and cards of the starter kit, and why there is none."""

WORDS: dict[str, tuple[str, str]] = {
    "error.kit_data_changed": (
        "スターターキットを作れません。保存されたデータ「{name}」が、この評価で使ったものと一致しません。もう一度評価を実行してください。",
        "The starter kit cannot be made: the stored data “{name}” are not those of this evaluation. Run the evaluation again.",
    ),
    "error.kit_inputs": (
        "構成「{name}」は入力が {count} 個あるため、スターターキットに書き出せません。入力が一つの構成で評価してください。",
        "The architecture “{name}” has {count} inputs and cannot be written into a starter kit. Evaluate one with a single input.",
    ),
    "error.kit_activation": (
        "活性化関数「{name}」はこのプログラムの中だけで定義されているため、書き出せません。名前のある活性化関数で評価してください。",
        "The activation “{name}” is defined in this process alone and cannot be written out. Evaluate with a named one.",
    ),
    "kit.readme": (
        """# スターターキット: {name}

最終層だけを学習した評価を、このフォルダーだけで再現し、そこから本格的な学習へ進むための一式です。

- 評価の尺度: {metric}
- 保存されているスコア(学習に使っていない行での値): {score}{test}

## 使い方

```
python -m venv .venv && . .venv/bin/activate
pip install -r requirements.txt
python train.py            # 最終層のスコアを再現し、保存値との差を表示します
python train.py --search   # 罰則の強さを選び直します(データを変えたとき)
python train.py --tune     # 続けて全層を学習します(検証用の行は学習に使いません)
```

最初に `python train.py` を実行し、`difference` が 0.001 以内であることを確かめてください。ずれが大きい場合は、環境かデータが評価時と異なります。

## 中身

| ファイル | 内容 |
|---|---|
| `network.py` | 構成を PyTorch で書き下したもの |
| `architecture.json` | 同じ構成の計算スケルトン |
| `weights.safetensors` | 分散を補正した初期重み |
| `kernel.json`, `kernel.py` | 双対カーネル(幅を限りなく広げた極限)。評価がカーネルで行われた場合に使います |
| `train.py`, `lastlayer.py`, `metrics.py`, `activations.py` | 学習と採点 |
| `data.npz` | 変換済みの入力と正解、分割。読み込み方は `train.py` の `load_data` に書いてあります |
| `config.json` | 尺度、分割、乱数の種、罰則の強さ、保存されたスコア |
| `data_card.md`, `model_card.md` | データとモデルの説明 |
| `plan.json` | 本格投資の計画 |

`data.npz` には元のデータから作った値が入っています。元のデータと同じ扱いで管理してください。
新しい行を予測するには、dualcore の `python -m dualcore predict` を使ってください。
""",
        """# Starter kit: {name}

Everything to reproduce, in this folder alone, the evaluation in which only the last layer was trained, and to go on to full training.

- metric: {metric}
- stored score, on rows that the fit did not see: {score}{test}

## How to use it

```
python -m venv .venv && . .venv/bin/activate
pip install -r requirements.txt
python train.py            # reproduces the score of the last layer and prints the difference to the stored one
python train.py --search   # chooses the penalty anew (when you changed the data)
python train.py --tune     # then trains all layers; validation rows are never trained on
```

Run `python train.py` first and check that `difference` is within 0.001. If it is larger, environment or data differ from the evaluation.

## What is inside

| file | contents |
|---|---|
| `network.py` | the architecture written out in PyTorch |
| `architecture.json` | the same as a computation skeleton |
| `weights.safetensors` | initial weights with corrected variance |
| `kernel.json`, `kernel.py` | the dual kernel (the limit of infinite width), used where the evaluation used it |
| `train.py`, `lastlayer.py`, `metrics.py`, `activations.py` | training and scoring |
| `data.npz` | encoded inputs, targets and split; `load_data` in `train.py` says how it is read |
| `config.json` | metric, split, seed, penalty, stored score |
| `data_card.md`, `model_card.md` | what data and model are |
| `plan.json` | the plan of the full investment |

`data.npz` holds values made from the original data: treat it as you treat those.
For predictions on new rows use `python -m dualcore predict`.
""",
    ),
    "kit.readme.test": ("(別に用意されたテスト用ファイルでは {score})", " (on the separate test file: {score})"),
    "kit.task.classification": ("分類", "classification"),
    "kit.task.regression": ("数値の予測", "regression"),
    # data card
    "kit.data.title": ("データカード", "Data card"),
    "kit.data.item.file": ("ファイル", "File"),
    "kit.data.item.sha256": ("照合値(SHA-256)", "SHA-256"),
    "kit.data.item.kind": ("種類", "Kind"),
    "kit.data.item.rows": ("件数", "Rows"),
    "kit.data.item.target": ("予測対象", "Target"),
    "kit.data.item.inputs": ("一件あたりの入力の数", "Inputs per example"),
    "kit.data.item.split": ("採点の方法", "Scored by"),
    "kit.data.item.duplicates": ("重複した行", "Duplicate rows"),
    "kit.data.item.missing": ("欠損の割合", "Missing values"),
    "kit.data.rows_used": ("{rows} 件のうち {used} 件を使用、テスト用 {test} 件", "{used} of {rows} used; {test} test rows"),
    "kit.data.target_title": ("予測対象の分布", "Distribution of the target"),
    "kit.data.value": ("平均 {mean}、標準偏差 {std}", "mean {mean}, standard deviation {std}"),
    "kit.data.more_classes": ("ほかに {count} クラス", "and {count} more classes"),
    "kit.data.columns_title": ("列と使い方", "Columns and their use"),
    "kit.data.more_columns": ("ほかに {count} 列", "and {count} more columns"),
    "kit.data.encoding_title": ("数値への変換", "Encoding"),
    "kit.data.encoding.table": (
        "数値は標準化し(偏りの強い列は対数)、外れた値は標準偏差の 6 倍で打ち切ります。欠損は中央値で補い、多い列には欠損の印を加えます。"
        "分類は一つずつの印、日付は位置と季節・曜日・時刻、文章は文字 n-gram です。すべて学習用の行だけから決めています。",
        "Numbers are standardised (by their logarithm where very skewed) and clipped at six standard deviations; blanks take the median, "
        "with a flag where they are frequent. Categories are one-hot, dates position with season, weekday and hour, texts character "
        "n-grams. All of it was fitted on training rows alone.",
    ),
    "kit.data.encoding.image": (
        "長辺が 32 画素を超える画像は縮小し、チャネルごとに標準化しています。",
        "Images larger than 32 pixels are shrunk, then standardised per channel.",
    ),
    "kit.data.encoding.series": (
        "長さ 2,048 を超える信号は標本化し直し、チャネルごとに標準化しています。",
        "Signals longer than 2,048 are resampled, then standardised per channel.",
    ),
    "kit.data.encoding.audio": (
        "対数メルスペクトログラム(40 帯域)にし、帯域ごとに標準化しています。",
        "Log mel spectrogram with 40 bands, standardised per band.",
    ),
    "kit.data.notes_title": ("データについて分かったこと", "Findings about the data"),
    "kit.data.no_notes": ("特に問題は見つかりませんでした。", "Nothing conspicuous was found."),
    "kit.data.rights_title": ("権利と取り扱い", "Rights and handling"),
    "kit.data.rights": (
        "このデータの利用条件を dualcore は知りません。渡す前に、元のデータの利用条件と個人情報の有無を確認してください。",
        "dualcore does not know the terms of use of these data. Check them, and whether personal data are inside, before passing the kit on.",
    ),
    # model card
    "kit.model.title": ("モデルカード", "Model card"),
    "kit.model.summary": (
        "「{question}」を予測する、ランダムに初期化したネットワークです。学習したのは最終層だけで、その重みは凸な問題の唯一の解です。",
        "A randomly initialised network that predicts “{question}”. Only its last layer was trained; its weights are the single solution of a convex problem.",
    ),
    "kit.model.about_title": ("構成", "Architecture"),
    "kit.model.item.skeleton": ("計算スケルトン", "Skeleton"),
    "kit.model.item.route": ("評価の計算方法", "Evaluated by"),
    "kit.model.item.parameters": ("重みの数(最終層を除く)", "Weights, last layer not counted"),
    "kit.model.item.penalty": ("罰則の強さ λ", "Penalty λ"),
    "kit.model.item.seed": ("乱数の種", "Seed"),
    "kit.model.item.versions": ("使用した版", "Versions"),
    "kit.model.scores_title": ("スコア", "Scores"),
    "kit.model.scores_lead": ("尺度は{metric}、括弧内は 90 % 区間です。", "Metric: {metric}; 90 % intervals in brackets."),
    "kit.model.last_layer": ("最終層のみ(学習に使っていない行)", "Last layer only, on rows that the fit did not see"),
    "kit.model.test": ("最終層のみ(テスト用ファイル)", "Last layer only, on the test file"),
    "kit.model.null": (
        "正解を {n} 回入れ替えたときにこのスコアが偶然出る確率は p = {p} です。",
        "Chance alone reaches this score with p = {p}, from {n} permutations of the answers.",
    ),
    "kit.model.ceiling": ("到達できる上限の推定値は {score} です。", "The best reachable score is estimated at {score}."),
    "kit.model.calibration": ("予測確率の期待較正誤差は {error} です。", "Expected calibration error of the probabilities: {error}."),
    "kit.model.verdict_title": ("評価時の判定", "Verdict of the evaluation"),
    "kit.model.use_title": ("想定する使い方", "Intended use"),
    "kit.model.use": (
        "投資判断のための基準点、および全層を学習するときの出発点です。実運用の前に、新しいデータで同じスコアが出ることを確かめてください。",
        "A baseline for deciding on an investment, and the starting point of full training. Before it is put to use, check that new data give the same score.",
    ),
    "kit.model.limits_title": ("限界", "Limits"),
    "kit.model.limit.kernel": (
        "スコアが低くても、データに手がかりがないとは言えません。この構成では見えない、というだけです。",
        "A low score does not show that the data hold no signal; only that this architecture does not see it.",
    ),
    "kit.model.limit.data": (
        "スコアは、評価したデータと同じ性質のデータにだけ当てはまります。",
        "The score holds only for data of the same nature as those evaluated.",
    ),
    "kit.model.limit.segment": (
        "「{name}」({rows} 件)では誤差が {error} で、それ以外の {elsewhere} より大きくなっています。",
        "Error is larger for “{name}” ({rows} rows): {error} against {elsewhere} elsewhere.",
    ),
    "kit.model.limit.labels": ("正解ラベルが疑わしい行が {count} 件あります。", "{count} rows have a doubtful label."),
    "kit.model.limit.drawn": (
        "最終層のスコアは全件で、そのほかの評価は無作為に選んだ {rows} 件以下で求めました。",
        "The last layer's score is of all rows; the other figures come from at most {rows} rows drawn at random.",
    ),
    "kit.model.limit.sampled": ("評価には {rows} 件だけを抽出して使いました。", "Only a sample of {rows} rows was used."),
}
