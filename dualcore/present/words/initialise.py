"""Initialisation reports: columns, remarks, why something was left alone, why there is no skeleton."""

WORDS: dict[str, tuple[str, str]] = {
    # the table
    "init.head.diagnosis": ("{module} の初期値の診断", "Initialisation of {module}"),
    "init.head.correction": (
        "{module} の初期値の補正(補正前 → 補正後、beta = {beta}、シード {seed})",
        "Initialisation of {module}, before → after the correction (beta = {beta}, seed {seed})",
    ),
    "init.column.name": ("層", "layer"),
    "init.column.kind": ("種類", "kind"),
    "init.column.reads": ("入力元", "reads"),
    "init.column.behind": ("後段", "followed by"),
    "init.column.variance": ("分散", "variance"),
    "init.column.measured": ("実測の分散", "measured"),
    "init.column.correlation": ("相関", "correlation"),
    "init.column.bias_share": ("バイアスの割合", "bias share"),
    "init.column.slope": ("傾き", "slope"),
    "init.legend.variance": ("重みから計算した、活性化関数に入る値の二乗平均。1 が理想です。", "mean square of the pre-activations that the weights give; 1 is right"),
    "init.legend.measured": ("同じ量をサンプルで測った値。", "the same on the sample"),
    "init.legend.correlation": ("サンプルの異なる 2 件の間の平均。1 に近いと、入力の区別がつかなくなっています。", "mean between two different examples; near 1 the layer can hardly tell inputs apart"),
    "init.legend.bias_share": ("分散のうち、バイアスが占める割合。", "part of the variance that comes from the bias"),
    "init.legend.slope": (
        "層を 1 つ通るごとに、近い入力どうしの差が何倍になるか。1 より小さいと差が消え、大きいと乱れます。",
        "by how much one layer multiplies the difference of two similar inputs; below 1 it dies out, above 1 it grows into noise",
    ),
    "init.remarks": ("補足", "Remarks"),
    "init.left_alone": ("補正の対象外", "Left alone by the correction"),
    "init.left_alone.none": ("ありません。", "nothing"),
    "init.entry": ("{name}({kind}): {why}", "{name} ({kind}): {why}"),
    # remarks on layers
    "init.border": (
        "ゼロ埋めのため、端の位置では重みの寄与が内側の {lowest} 倍まで下がります(全位置の平均では {mean} 倍)。",
        "zero padding leaves {lowest} of the weights' variance in the outermost position and {mean} on average",
    ),
    "init.norm_behind": (
        "直後に正規化層があるため、この層の大きさは結果に影響しません。バイアスの割合は正規化層の側で設定します。",
        "a normalisation follows, so the scale of this layer does not matter; the bias share belongs to the normalisation",
    ),
    "init.no_bias": ("バイアスがないため、割合 {beta} を設定できません(0 として計算)。", "it has no bias, so the share {beta} cannot be set; 0 was taken"),
    "init.no_affine": (
        "学習できる係数がないため、バイアスの割合 {beta} を設定できません(0 として計算)。",
        "it has no affine parameters, so the bias share {beta} cannot be set; 0 was taken",
    ),
    "init.zero_norm_kept": ("係数がすべて 0 に設定されているため、そのまま残しました。", "its weights are all zero on purpose, as it seems; they were kept"),
    "init.readout_kept": ("出力層は指定どおり変更していません。", "the read-out was kept, as asked"),
    "init.measured_moment": (
        "入力元 {name} の大きさは計算では決まらないため、サンプルで測った値 {moment} を使いました。",
        "the mean square of what it reads ({name}) does not follow from the weights; {moment} was measured on the sample",
    ),
    "init.approximate_moment": (
        "入力元 {name} の大きさは、正規分布とみなした近似値 {moment} です。サンプルを渡すと実測値を使います。",
        "the mean square {moment} of what it reads ({name}) is approximate; with a sample it is measured",
    ),
    "init.several_activations": (
        "後段に複数の活性化関数({names})があるため、最初のものに合わせました。",
        "several activations follow ({names}); the first one counts",
    ),
    "init.no_critical_share": (
        "後段の {name} は値が跳ぶ関数で、臨界となるバイアスの割合がありません。割合は 0 にします。",
        "{name}, which follows, jumps: no bias share is critical; 0 is used",
    ),
    "init.unknown_behind": (
        "後段の演算 {name} は解析できません。バイアスの割合は、後段に分かる活性化関数があればそれに合わせ、なければ 0 にします。",
        "the operation {name} that follows is not understood; the bias share is that of an activation that follows too, else 0",
    ),
    # why something was left alone
    "init.reads_nothing": ("入力元 {name} の値が常に 0 のため、大きさを決められません。", "what it reads ({name}) is zero, which gives no scale"),
    "init.not_known": (
        "入力元 {name} の大きさは重みだけでは決まりません。サンプルを渡すと補正できます。",
        "the size of what it reads ({name}) does not follow from the weights alone; with a sample it can be corrected",
    ),
    "init.parametrised": ("重みが別の変数から計算されています(パラメータ化)。", "its weights are computed from other parameters (parametrisation)"),
    "init.not_float": ("重みが実数のテンソルではありません({dtype})。", "its weights are not real numbers in memory ({dtype})"),
    "init.frozen": ("固定されています(requires_grad = False)。", "it is frozen (requires_grad = False)"),
    "init.shared": ("同じ重みを {times} か所で使っています。", "the forward pass uses its weights {times} times"),
    "init.unsupported": ("この種類の層は補正の対象外です。", "this kind of layer is not supported"),
    "init.read_directly": ("パラメータを順伝播の中で直接使っています。", "the forward pass reads its parameters directly"),
    "init.unused": ("順伝播で使われていません。", "the forward pass does not use it"),
    # about the whole module
    "init.input_measured": ("入力の二乗平均: {moment}(サンプルで実測)", "mean square of the inputs: {moment} (measured on the sample)"),
    "init.input_assumed": ("入力の二乗平均: {moment}(サンプルがないため仮定)", "mean square of the inputs: {moment} (assumed, as there is no sample)"),
    "init.sums": (
        "残差接続などの和が {count} か所あります。和そのものは変えず、大きくなった分散を後段の層で考慮しています。",
        "{count} sum(s), such as residual connections: the sums are as they were; the layers behind them allow for their variance",
    ),
    "init.border_worst": (
        "ゼロ埋めの畳み込みが {count} 層あります。端で残る分散が最も小さいのは {name} で、内側の {lowest} 倍です。",
        "{count} convolution(s) with zero padding; at the border of {name} only {lowest} of the weights' variance is left, the least of all",
    ),
    "init.unknown_operations": (
        "解析できない演算: {names}。後段の層には、サンプルで測った値を使います。",
        "operations that are not understood: {names}; what lies behind them is measured on the sample",
    ),
    # why there is no skeleton
    "init.derive.several_outputs": ("特徴量の出力が複数あります({names})。", "there are several outputs of features ({names})"),
    "init.derive.operation": ("演算 {kind} に対応する計算スケルトンはありません。", "{kind} has no place in a skeleton"),
    "init.derive.input": ("この形({shape})の入力は扱えません。", "inputs of shape {shape} are no vectors, series or images of real numbers"),
    "init.derive.shared": ("同じ重みを複数の場所で使っています。", "its weights are used more than once, so they are not independent"),
    "init.derive.positions": ("{kind} の入力の並びが、系列・画像・ベクトルのいずれとも合いません。", "{kind} reads a value with other axes than it has in a skeleton"),
    "init.derive.nothing": ("重みもバイアスも 0 です。", "its weights and biases are zero"),
    "init.derive.groups": ("グループ畳み込み(groups = {groups})は、チャネル間で平均をとらないため表せません。", "a convolution in {groups} groups does not average over all channels"),
    "init.derive.padding": ("この埋め方({mode})は表せません。", "this padding ({mode}, or more on one side than on the other) has no place in a skeleton"),
    "init.derive.norm_training": (
        "学習モードの {kind} は、バッチ内のデータどうしを結び付けます。eval() にすると表せます。",
        "{kind} in training mode makes examples depend on each other; eval() removes this",
    ),
    "init.derive.norm": ("{kind} は入力ごとに大きさを変えるため表せません。", "{kind} rescales every example by itself"),
    "init.derive.norm_apart": ("{kind} が層の直後にないため、層にまとめられません。", "{kind} does not directly follow a layer that it could be merged with"),
    "init.derive.not_gaussian": (
        "活性化関数 {activation} の入力が正規分布になりません(活性化後の値との和など)。",
        "the activation {activation} acts on a value that is not Gaussian, such as a sum with an activated value",
    ),
    "init.derive.unnamed_activation": (
        "活性化関数 {activation} は登録されていません。register_activation で登録できます。",
        "the activation {activation} has no name in skeletons; register_activation gives it one",
    ),
    "init.derive.not_unit": (
        "活性化関数 {activation} の手前の分散が {variance} です(1 ± 10 % の範囲外)。correct_init_ で補正できます(ゼロ埋めによる端での低下を除く)。",
        "the variance in front of {activation} is {variance}, more than 10 % from 1; correct_init_ repairs this, except at a border of zeros",
    ),
    "init.derive.reshape": ("形の変更({before} → {after})は表せません。", "the change of form from {before} to {after} is more than a flattening"),
    "init.derive.max_pooling": ("最大値プーリング({kind})には閉じた式がありません。", "{kind} takes maxima, of which no kernel is known"),
    "init.derive.pooling": ("このプーリング({kind})は表せません。", "this {kind} (padding, uneven cells or other axes) has no place in a skeleton"),
    "init.derive.sum_dependent": ("和をとる値どうしが同じ重みに依存しています。", "it adds values that depend on the same weights"),
    "init.derive.sum_of_means": ("平均が 0 でない値どうしの和です。", "it adds values of which more than one has a mean other than 0"),
    "init.derive.join": ("この結合は表せません(チャネル以外の方向、または入力との結合)。", "it joins along another axis than channels, or positions of an input with others"),
    # errors
    "error.not_traceable": (
        "このモジュールの順伝播を解析できません({reason})。データの値で処理が分かれる部分などを除いてください。",
        "The forward pass of this module cannot be traced ({reason}). Control flow must not depend on the data.",
    ),
    "error.no_layers": (
        "{module} には、対象となる層(Linear、Conv1d、Conv2d、Conv3d)がありません。",
        "{module} has no layer that is supported: Linear, Conv1d, Conv2d or Conv3d.",
    ),
    "error.sample_does_not_fit": (
        "サンプルがモジュールに合いません。{name} で形 {shape} を処理できませんでした({reason})。",
        "The sample does not fit the module: {name} cannot take the shape {shape} ({reason}).",
    ),
    "error.no_skeleton": (
        "{name} に対応する計算スケルトンはありません。{reasons:ja} 代わりに、経験カーネル(empirical_kernel)は使えます。",
        "{name} has no skeleton. {reasons:en}. The empirical kernel of the network itself remains.",
    ),
    "error.init_spec": ("「{spec}」は module:factory の形で指定してください。", "{spec!r} must be written as module:factory."),
    "error.init_import": ("モジュール {name} を読み込めません({reason})。", "The module {name} cannot be imported ({reason})."),
    "error.init_factory": ("モジュール {name} に関数 {factory} がありません。", "The module {name} has no function {factory}."),
    "error.init_failed": ("{factory} の実行中にエラーが起きました({reason})。", "{factory} failed ({reason})."),
    "error.init_not_module": (
        "{factory} は torch.nn.Module、または(モジュール, サンプル)を返してください(現在 {found})。",
        "{factory} must return a torch.nn.Module, or a module and a sample; it returned {found}.",
    ),
    "error.init_beta": ("--beta {value} は使えません。critical、または 0 から 1 の数を指定してください。", "--beta {value} must be critical or a number from 0 to 1."),
    "error.sample_unreadable": ("サンプル {name} を読み込めません。数値だけの NPY 形式で保存してください。", "The sample {name} cannot be read; it must be an NPY file of numbers."),
    # the picture
    "figure.init.before": ("補正前", "before"),
    "figure.init.after": ("補正後", "after"),
    "figure.init.now": ("現在", "now"),
    "figure.init.layer": ("層(順伝播の順)", "layer, in the order of the forward pass"),
    "figure.init.variance": ("活性化前の分散", "variance of the pre-activations"),
    "figure.init.correlation": ("異なる 2 件の相関", "correlation of two examples"),
    "figure.init.title.correction": (
        "{layers} 層を通る間の分散: 補正前は {before}、補正後は {after}",
        "Variance through {layers} layers: {before} before the correction, {after} after it",
    ),
    "figure.init.title.diagnosis": ("{layers} 層を通る間の分散は {before}", "Variance through {layers} layers: {before}"),
    "figure.init.range": ("{low}–{high}", "{low} to {high}"),
    "figure.init.alt": ("層ごとの分散と相関。{values}", "Variance and correlation layer by layer. {values}"),
    "figure.init.alt.row": ("{name}: 分散 {variance}、相関 {correlation}", "{name}: variance {variance}, correlation {correlation}"),
    "figure.init.read": (
        "左は層ごとの信号の大きさで、1 の線に近いほど安定しています。下がり続けると信号が消え、上がり続けると発散します。"
        "右は異なる入力どうしの相関で、1 に近づくと、どの入力も同じに見えてしまいます。",
        "Left, the size of the signal in every layer: the closer to the line at 1 the better; a falling line means that the signal "
        "dies, a rising one that it explodes. Right, how alike different inputs look: near 1 the layers can no longer tell them apart.",
    ),
}
