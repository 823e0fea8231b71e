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
    # stages, money, decisions
    "verdict": (
        ("判定", "Verdict"),
        (
            "評価結果、評価プロトコル、金額から導かれる推奨です。採用、投資、再評価、見送りの四つがあります。決めるのは人です。",
            "What evidence, protocol and money recommend: adopt, invest, re-evaluate or stop. A person decides.",
        ),
    ),
    "protocol": (
        ("評価プロトコル", "Protocol"),
        ("判定に使うしきい値と規則を、版ごとにまとめた社内標準です。", "The company's standard: every threshold and rule that a verdict uses, in versions."),
    ),
    "gate": (
        ("関門(ゲート)", "Gate"),
        ("段階の終わりに人が決める場です。ここで決めるまで、次の費用は発生しません。", "The decision of a person at the end of a stage. Until it is made, the next stage costs nothing."),
    ),
    "evidence": (
        ("評価結果", "Evidence"),
        ("測った数値です。どれも区間と出所(データ、乱数の種、版)を伴い、意見は含みません。", "Measured numbers, each with interval and provenance (data, seed, versions); never an opinion."),
    ),
    "full_training": (
        ("全層の学習(本格投資)", "Full training"),
        ("最終層だけでなく、すべての層を学習することです。時間と人手が最もかかります。", "Training every layer, not only the last. It takes the most time and work."),
    ),
    "block": (
        ("ブロック", "Block"),
        ("一度に学習を許す層のまとまりです。出力に近い方から一つずつ進めます。", "Layers that are freed together. Tuning frees one block at a time, starting at the output."),
    ),
    "expected_value": (
        ("期待値", "Expected value"),
        ("起こりうる結果を、その確率で重み付けして平均した金額です。一回ごとの結果は、これより良くも悪くもなります。", "The average of all possible outcomes, weighted by their probability. A single outcome may be better or worse."),
    ),
    "worth_of_information": (
        ("情報の価値", "Worth of information"),
        ("先に調べることで、判断が良くなる分の期待値です。調べる費用がこれを下回れば、調べる価値があります。", "How much better the decision becomes by finding out first, in money. If finding out costs less, it pays."),
    ),
    "hindsight": (
        ("後からの答え合わせ", "Hindsight"),
        ("未使用のデータで真の値が分かった後に、どの判定が正しかったかを決めることです。", "Deciding which verdict was right once the truth is known from rows that nobody used."),
    ),
    "backtest": (
        ("過去データでの検証", "Backtest"),
        ("答えが分かっている公開データに判定を出させ、当たり外れを数えることです。", "Giving verdicts on public data whose truth is known, and counting how often they were right."),
    ),
    # statistics
    "calibration": (
        ("確率の較正", "Calibration"),
        ("「70 %」と言った場合の 10 回に 7 回が実際に起こる状態に、確率を合わせることです。", "Making probabilities mean what they say: of all things called 70 % likely, 7 in 10 happen."),
    ),
    "brier_skill": (
        ("予測の技能", "Skill of a forecast"),
        ("確率の予測が、いつも平均の割合を答える場合よりどれだけ良いかです。1 が完全、0 は差がなく、負は劣ります。", "How much better a probability forecast is than always naming the base rate. 1 is perfect, 0 no better, negative worse."),
    ),
    "p_value": (
        ("p 値", "p-value"),
        ("関係が何もないとしたときに、これほど良い評価値が偶然に出る確率です。小さいほど、偶然とは考えにくくなります。", "The chance of so good a score if there were no relation at all. The smaller, the less likely chance is."),
    ),
    "permutation_test": (
        ("並べ替え検定", "Permutation test"),
        ("ラベルをでたらめに入れ替えて何度も同じ手順を行い、偶然の範囲を求める方法です。", "Shuffling the labels many times and repeating all steps, to learn what chance alone would give."),
    ),
    "gain": (
        ("差(改善幅)", "Gain"),
        ("同じ行で測った二つのモデルの評価値の差です。区間が 0 をまたぐときは、差があるとは言えません。", "The difference of two models on the same rows. Where its interval contains 0, no difference is shown."),
    ),
    "winners_curse": (
        ("選び過ぎの補正", "Winner's curse"),
        ("多くの候補から最良を選ぶと、運の良さも選んでしまいます。その分を差し引くことです。", "The best of many candidates was partly lucky. The correction takes that luck off."),
    ),
    "successive_halving": (
        ("段階的な絞り込み", "Successive halving"),
        ("少ないデータで全候補を比べ、弱い半分を落としてからデータを増やすことを繰り返します。", "All candidates are compared on few rows; the weaker half drops out before more rows are spent."),
    ),
    "noise": (
        ("ノイズ", "Noise"),
        ("同じ入力でも結果がばらつく分です。どのモデルにも予測できません。", "The part of the target that differs even for equal inputs. No model predicts it."),
    ),
    "data_gap": (
        ("件数の不足による差", "Data gap"),
        ("データを増やせば埋まると見込まれる差です。", "What more rows are expected to close."),
    ),
    "coverage_gap": (
        ("見えていない構造による差", "Coverage gap"),
        ("データを増やしても埋まらず、構成を変えるか中間層を学習すれば縮む可能性のある差です。", "What more rows do not close, but another architecture or tuning may."),
    ),
    "baseline": (
        ("単純なモデル", "Simple model"),
        ("線形モデルと勾配ブースティング木です。ネットワークがこれを上回らなければ、ネットワークは要りません。", "Linear model and boosted trees. Where the network does not beat them, no network is needed."),
    ),
    # the mathematics
    "initialisation": (
        ("初期化", "Initialisation"),
        ("学習を始める前に重みを乱数で決めることです。ばらつきの大きさを誤ると、信号が途中で消えます。", "Drawing the weights at random before training. With the wrong spread, the signal dies on its way."),
    ),
    "seed": (
        ("乱数の種", "Seed"),
        ("乱数の出発点となる番号です。同じ種からは、いつも同じ結果が得られます。", "The number that random draws start from. The same seed gives the same result."),
    ),
    "fully_connected": (
        ("全結合", "Fully connected"),
        ("すべての入力をすべてのニューロンにつなぐ層です。入力の並び順に意味を持たせません。", "Layers in which every input feeds every unit. The order of the inputs means nothing to them."),
    ),
    "convolution": (
        ("畳み込み", "Convolution"),
        ("小さな窓をずらしながら全体を調べる層です。同じ形を、どの場所でも同じものとして扱います。", "A layer that slides a small window over everything, so that a shape is the same wherever it is."),
    ),
    "residual": (
        ("残差接続", "Residual connection"),
        ("層の出力に入力を足し合わせるつなぎ方です。深くしても入力どうしの差が残りやすくなります。", "Adding a layer's input to its output. Differences between inputs last longer through depth."),
    ),
    "degeneration": (
        ("深さによる退化", "Degeneration with depth"),
        ("全結合を深く重ねたとき、異なる入力がすべて同じに(または無関係に)見えるようになることです。", "In a deep fully connected stack, different inputs end up looking all alike (or all unrelated)."),
    ),
    "signal_size": (
        ("信号の大きさ(分散)", "Size of the signal (variance)"),
        ("各層に届く値のばらつきです。1 に保たれていれば、消えも発散もしません。", "The spread of the values that reach a layer. Kept at 1, the signal neither dies nor explodes."),
    ),
    "blind_spot": (
        ("死角", "Blind spot"),
        ("ある構成が、データをいくら増やしても学べない種類の関係です。バイアスや層を足すと消えることがあります。", "Relations that an architecture never learns, however many rows there are. A bias or more layers may remove it."),
    ),
    "cumulative_power": (
        ("累積説明力", "Cumulative power"),
        ("カーネルにとって見やすい方向から順に、予測したい値をどこまで説明できるかです。", "How much of the target lies in the directions that the kernel sees best, added up."),
    ),
    "tangent_kernel": (
        ("接カーネル(NTK)", "Tangent kernel (NTK)"),
        ("ごく幅の広いネットワークの全層を、小さな学習率で学習したときに届く範囲を表します。", "What training all layers reaches when the network is very wide and the steps are small."),
    ),
    # transfer
    "pretrained": (
        ("事前学習モデル", "Pretrained model"),
        ("別の大量のデータで、あらかじめ学習されたモデルです。", "A model that was trained beforehand on other, plentiful data."),
    ),
    "embedding": (
        ("埋め込み(特徴量)", "Embedding"),
        ("画像や文を、モデルが数値の列に置き換えたものです。", "An image or a text turned into a row of numbers by a model."),
    ),
    "logme": (
        ("LogME", "LogME"),
        ("埋め込みがラベルをどれだけよく説明するかを、学習せずに測る指標です。大きいほど良く、同じデータの中での比較に使います。", "How well embeddings explain the labels, measured without training. Larger is better, within one dataset."),
    ),
    "h_score": (
        ("H スコア", "H-score"),
        ("クラスの違いが埋め込みにどれだけ現れているかの指標です。特徴量が多いと大きく出るため、順位の参考に使います。", "How far the classes differ in the embeddings. Many features inflate it, so it serves for ranking only."),
    ),
    "starter_kit": (
        ("開発開始キット", "Starter kit"),
        ("評価を本製品なしで再現し、開発を始めるためのコード一式です。", "Code that reproduces the evaluation without this product and starts the development."),
    ),
}
TERMS = tuple(_TERMS)
WORDS: dict[str, tuple[str, str]] = {
    "glossary.terms": ("用語:", "Terms:"),
    "glossary.asked": ("お探しの用語", "You asked for"),
    "glossary.others": ("すべての用語({n} 語)", "All terms ({n})"),
    "glossary.lesson": ("第 {n} 講で見る", "See it in lesson {n}"),
}
for _id, (_name, _text) in _TERMS.items():
    WORDS[f"term.{_id}"] = _name
    WORDS[f"term.{_id}.text"] = _text
