"""The glossary: technical terms in plain words, shown as a page and as tooltips."""

_TERMS: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "last_layer": (
        ("最終層のみの学習", "Last-layer training"),
        (
            "ネットワークの中身をランダムなまま固定し、最後の一層だけを学習する方法です。答えが一つに決まり、数分で終わります。ここで届くなら、本格的な学習は要りません。",
            "The inside of the network stays random; only the last layer is trained. There is one best answer, found in minutes. If this reaches the goal, full training is not needed.",
        ),
    ),
    "random_network": (
        ("ランダム初期化ネットワーク", "Random network"),
        (
            "重みを乱数で決めただけのネットワークです。学習前でも、構成によってはデータの特徴をよく捉えます。",
            "A network whose weights are random numbers. Even before training, a suitable architecture captures much of the data.",
        ),
    ),
    "skeleton": (
        ("計算スケルトン", "Skeleton"),
        (
            "どの入力がどの層につながるかを示す、ネットワークの骨組みです。線形、全結合、畳み込みなどがあります。",
            "The frame of a network: which input feeds which layer. Linear, fully connected and convolutional are examples.",
        ),
    ),
    "dual_kernel": (
        ("双対カーネル", "Dual kernel"),
        (
            "幅を無限に広げたランダムなネットワークが、二つのデータをどれだけ似ていると見なすかを表す量です。最終層の学習で表現できる範囲を決めます。",
            "How similar an infinitely wide random network finds two rows. It decides what last-layer training can express.",
        ),
    ),
    "activation": (
        ("活性化関数", "Activation"),
        ("各層の出力に掛ける非線形の関数です。ReLU が標準です。", "The non-linear function applied in each layer. ReLU is the usual choice."),
    ),
    "bias_share": (
        ("バイアスの割合", "Bias share"),
        (
            "各層の信号のうち、入力によらない成分が占める割合です。0 で差が最も残り、大きくするほど滑らかになります。",
            "The share of each layer's signal that does not depend on the input. Zero keeps inputs apart; more makes the model smoother.",
        ),
    ),
    "width": (
        ("幅", "Width"),
        ("一層あたりのニューロンの数です。広いほど理論値に近づき、計算は重くなります。", "The number of neurons per layer. Wider is closer to theory and costs more."),
    ),
    "depth": (
        ("深さ", "Depth"),
        ("層の数です。深すぎると、異なるデータの見分けがつかなくなることがあります。", "The number of layers. Too many can make different rows look alike."),
    ),
    "interval": (
        ("90 % 区間", "90 % interval"),
        (
            "同じ手順を繰り返したとき、10 回のうち 9 回は本当の値を含む範囲です。狭いほど確かです。",
            "A range made so that it contains the true value in nine cases out of ten. Narrower means surer.",
        ),
    ),
    "chance": (
        ("偶然の範囲", "Chance range"),
        (
            "ラベルをでたらめに入れ替えて同じ手順を行ったときの評価値の範囲です。これを超えなければ、関係があるとは言えません。",
            "The scores found when labels are shuffled and the same steps are done. A score inside this range is no sign of a relation.",
        ),
    ),
    "ceiling": (
        ("到達上限", "Noise ceiling"),
        (
            "データに含まれるノイズのため、どのモデルでも超えられないと見込まれる評価値です。",
            "The best score that any model can be expected to reach, given the noise in the data.",
        ),
    ),
    "confidence": (
        ("信頼度", "Confidence"),
        (
            "後から振り返ったときに、この判定が正しかったと言える見込みです。1 に近いほど確かです。",
            "The chance that hindsight will agree with this verdict. The closer to 1, the surer.",
        ),
    ),
    "minimum_gain": (
        ("意味のある最小の改善", "Smallest improvement that matters"),
        ("これより小さい差は、業務上は同じと見なします。", "Differences smaller than this count as equal in practice."),
    ),
    "effective_dimension": (
        ("実効次元", "Effective dimension"),
        (
            "モデルが実質的に使う独立な方向の数です。データ件数に近いほど、多くのデータを必要とします。",
            "How many independent directions the model effectively uses. The closer to the number of rows, the more data is needed.",
        ),
    ),
    "specificity": (
        ("特異性", "Specificity"),
        (
            "再現性があるのに、初期の表現では捉えられていない構造の割合です。大きいほど、中間層を調整する意味があります。",
            "The share of reproducible structure that the initial representation does not cover. The larger, the more deeper tuning can bring.",
        ),
    ),
    "coverage": (
        ("網羅", "Coverage"),
        ("予測したいことのうち、ランダムなネットワークの表現で捉えられている部分です。", "The part of the target that the random network's representation captures."),
    ),
    "learning_curve": (
        ("学習曲線", "Learning curve"),
        ("データ件数を増やしたときに評価値がどう伸びるかを示す線です。", "How the score grows with the number of rows."),
    ),
    "probe": (
        ("試し調整", "Tuning probe"),
        (
            "全層をごく短時間だけ学習し、伸びる余地があるかを確かめる試験です。",
            "A very short training of all layers, to see whether there is room to grow.",
        ),
    ),
    "leave_one_out": (
        ("一つ抜き評価", "Leave-one-out"),
        (
            "一行ずつ順に除いて学習し、その行を予測する評価方法です。すべての行を公平に使えます。",
            "Each row in turn is left out of training and then predicted. Every row is used fairly.",
        ),
    ),
    "leak": (
        ("情報の漏れ", "Leak"),
        (
            "予測の時点では知り得ない情報が入力に混ざることです。見かけの精度だけが高くなります。",
            "Inputs that contain what could not be known when predicting. Scores then look better than they are.",
        ),
    ),
    "drift": (
        ("時間による変化", "Drift"),
        ("前半と後半でデータの性質が変わることです。過去の精度が将来も続くとは限りません。", "The data change over time, so past scores may not hold."),
    ),
    "accuracy": (
        ("正解率", "Accuracy"),
        ("正しく分類できた割合です。", "The share of rows classified correctly."),
    ),
    "balanced_accuracy": (
        ("均衡正解率", "Balanced accuracy"),
        ("クラスごとの正解率の平均です。少数のクラスも同じ重みで数えます。", "The mean of the accuracies per class, so rare classes count as much."),
    ),
    "macro_f1": (
        ("マクロ F1", "Macro F1"),
        ("見逃しと誤検出の両方を考えた値を、クラスごとに平均したものです。", "A score that weighs misses and false alarms, averaged over classes."),
    ),
    "roc_auc": (
        ("ROC AUC", "ROC AUC"),
        ("正例を負例より上位に並べられる確率です。0.5 が偶然、1 が完全です。", "The chance that a positive row ranks above a negative one. 0.5 is chance, 1 is perfect."),
    ),
    "log_loss": (
        ("対数損失", "Log loss"),
        ("確率の予測がどれだけ外れているかです。小さいほど良い値です。", "How far predicted probabilities are off. Smaller is better."),
    ),
    "r2": (
        ("決定係数 R²", "R²"),
        ("値のばらつきのうち、予測で説明できた割合です。1 が完全、0 は平均と同じです。", "The share of variation that the prediction explains. 1 is perfect, 0 is no better than the mean."),
    ),
    "rmse": (
        ("二乗平均平方根誤差 RMSE", "RMSE"),
        ("予測のずれの大きさで、大きなずれを重く見ます。小さいほど良い値です。", "The size of the error, with large errors weighing more. Smaller is better."),
    ),
    "mae": (
        ("平均絶対誤差 MAE", "MAE"),
        ("予測のずれの平均です。小さいほど良い値です。", "The mean size of the error. Smaller is better."),
    ),
}
TERMS = tuple(_TERMS)
WORDS: dict[str, tuple[str, str]] = {}
for _id, (_name, _text) in _TERMS.items():
    WORDS[f"term.{_id}"] = _name
    WORDS[f"term.{_id}.text"] = _text
