"""Names of skeletons and activations, warnings and errors of the kernels room."""

WORDS = {
    "skeleton.linear": ("線形", "Linear"),
    "skeleton.fc1": ("全結合 1 層", "Fully connected, 1 layer"),
    "skeleton.fc2": ("全結合 2 層", "Fully connected, 2 layers"),
    "skeleton.fc3": ("全結合 3 層", "Fully connected, 3 layers"),
    "skeleton.residual": ("残差接続つき全結合", "Residual, fully connected"),
    "skeleton.conv1d": ("1 次元畳み込み(区間平均)", "1-D convolution, averaged by section"),
    "skeleton.conv1d-deep": ("1 次元畳み込み 2 層", "1-D convolution, 2 layers"),
    "skeleton.conv1d-multiscale": ("1 次元畳み込み(複数の時間幅)", "1-D convolution, several time scales"),
    "skeleton.conv2d": ("2 次元畳み込み", "2-D convolution"),
    "skeleton.conv2d-fine": ("2 次元畳み込み(位置を細かく区分)", "2-D convolution, fine positions"),
    "skeleton.conv2d-deep": ("2 次元畳み込み 2 層", "2-D convolution, 2 layers"),
    "skeleton.residual-conv2d": ("残差接続つき畳み込み", "Residual convolution"),
    "skeleton.about.linear": (
        "入力の重み付き和だけで予測します。これで足りるなら、ネットワークは要りません。",
        "A weighted sum of the inputs. If this is enough, no network is needed.",
    ),
    "skeleton.about.fc1": ("すべての入力を一度だけ組み合わせます。表データの出発点です。", "Combines all inputs once: the place to start for tables."),
    "skeleton.about.fc2": ("入力の組み合わせを二段重ねます。表データの標準です。", "Combines inputs in two steps: the usual choice for tables."),
    "skeleton.about.fc3": ("三段重ねて、より込み入った関係を表します。", "Three steps, for more intricate relations."),
    "skeleton.about.residual": ("層を飛び越える経路があり、深くしても情報が失われにくい構成です。", "Paths that skip layers keep information alive in depth."),
    "skeleton.about.conv1d": ("波形の短い区間の形を、おおよその位置とともに捉えます。", "Sees short shapes in the signal and roughly where they occur."),
    "skeleton.about.conv1d-deep": ("短い形を組み合わせた、より長い形を捉えます。", "Combines short shapes into longer ones."),
    "skeleton.about.conv1d-multiscale": ("位置によらず、短い形から長い形までを捉えます。振動や音に向きます。", "Sees short and long shapes wherever they occur; suits vibration and sound."),
    "skeleton.about.conv2d": ("画像の小さな模様を、おおよその位置とともに捉えます。", "Sees small patterns in the image and roughly where they are."),
    "skeleton.about.conv2d-fine": ("小さな模様が画像のどこにあるかを、より細かく区別します。", "Tells more exactly where in the image a small pattern lies."),
    "skeleton.about.conv2d-deep": ("小さな模様を組み合わせた、より大きな形を捉えます。", "Combines small patterns into larger shapes."),
    "skeleton.about.residual-conv2d": ("層を飛び越える経路を持つ畳み込みです。", "Convolution with paths that skip layers."),
    "architecture.too_deep": (
        "{depth} 層はこの設定の深さの目安({scale} 層)の 3 倍を超えます。どの入力も同じに見えてしまうため、浅くするか活性化関数を変えてください。",
        "{depth} layers are more than three times the depth scale ({scale}): inputs become indistinguishable. Use fewer layers or another activation.",
    ),
    "architecture.very_deep": (
        "全結合を {depth} 層重ねると、どの入力も似て見えます。浅くすることをお勧めします。",
        "In a fully connected stack of {depth} layers all inputs look alike. Fewer layers are advisable.",
    ),
    "architecture.blind_spot": (
        "バイアスのない 1 層の {name} には表せない形の関係があります。層を増やすか、バイアスの割合を 0 より大きくすると解消します。",
        "One bias-free layer of {name} cannot express some relations. A second layer or a bias share above 0 removes this.",
    ),
    "error.unknown_activation": (
        "活性化関数「{name}」はありません。近い名前: {near}。使えるもの: {known}",
        "There is no activation '{name}'. The nearest names: {near}. Known: {known}.",
    ),
    "error.activation_parameters": (
        "活性化関数「{name}」の数値を読み取れません。正しい書き方の例: {accepted}",
        "The parameters of the activation '{name}' cannot be read. A correct example: {accepted}.",
    ),
    "error.activation_rough": (
        "関数「{name}」の積分が収束しません。折れ曲がる点や不連続な点があれば kinks に指定してください(現在: {kinks})。",
        "The integrals of the function '{name}' do not settle. Name every point where it bends or jumps in kinks (now: {kinks}).",
    ),
    "error.activation_not_pointwise": (
        "関数「{name}」は使えません。torch のテンソルを受け取り、同じ形のテンソルを返す関数にしてください({reason})。",
        "The function '{name}' must take a torch tensor and return one of the same shape ({reason}).",
    ),
    "error.no_derivative": (
        "活性化関数「{name}」は不連続なため、双対の微分を計算できません。",
        "The activation '{name}' jumps: its dual has no derivative to compute.",
    ),
    "error.activation_norm": (
        "活性化関数「{name}」は二乗の期待値が有限の正の値になりません。別の関数を使ってください。",
        "The activation '{name}' has no finite, positive mean square. Use another function.",
    ),
    "error.unknown_preset": ("計算スケルトン「{name}」はありません。次から選んでください: {known}", "There is no skeleton '{name}'. Choose one of: {known}."),
    "error.setting_does_not_fit": ("計算スケルトン「{name}」には、この設定がありません: {settings}", "The skeleton '{name}' does not have these settings: {settings}."),
    "error.not_a_skeleton": ("計算スケルトンとして読めません({reason})。", "This is not a skeleton ({reason})."),
    "error.node_twice": ("ノード名「{name}」が重複しています。", "The node name '{name}' occurs twice."),
    "error.unknown_rank": ("入力「{name}」の rank = {rank} は使えません(0: 表、1: 系列、2: 画像)。", "Input '{name}': rank = {rank} is not known (0 vector, 1 series, 2 image)."),
    "error.no_input_node": ("入力ノードがありません。", "The skeleton has no input node."),
    "error.dangling_nodes": ("どこにもつながっていないノードがあります: {names}", "These nodes lead nowhere: {names}."),
    "error.unknown_op": ("ノード「{name}」の種類 {op} はありません。次から選んでください: {known}", "Node '{name}' has the unknown kind {op}. Choose one of: {known}."),
    "error.unknown_input": ("ノード「{name}」の入力「{input}」がありません。", "Node '{name}' reads '{input}', which does not exist."),
    "error.wrong_number_of_inputs": ("ノード「{name}」の入力は {needed} 個以上必要です(現在 {found} 個)。", "Node '{name}' needs {needed} input(s) and has {found}."),
    "error.beta_range": (
        "ノード「{name}」のバイアスの割合(beta){value} は使えません。0 から 1 の数にしてください。",
        "Node '{name}': beta = {value} must be a number from 0 to 1.",
    ),
    "error.bad_window": (
        "ノード「{name}」の {field} = {value} は使えません。{least} 以上の整数を 1 つ、または軸ごとに {axes} 個指定してください。",
        "Node '{name}': {field} = {value} must be an integer of at least {least}, or {axes} of them, one for each axis.",
    ),
    "error.bad_padding": (
        "ノード「{name}」の {field} = {value} は使えません。same、valid、circular、または {least} 以上の整数(軸ごとなら {axes} 個)を指定してください。",
        "Node '{name}': {field} = {value} must be same, valid, circular, or an integer of at least {least} ({axes} of them, one for each axis).",
    ),
    "error.bad_argument": (
        "{argument} = {value} は使えません。{accepted}",
        "{argument} = {value} is not accepted; it must be {accepted}.",
    ),
    "error.needs_positions": ("ノード「{name}」({op})は系列か画像にだけ使えます。", "Node '{name}' ({op}) needs a series or an image."),
    "error.bad_weights": ("ノード「{name}」の重みは、入力と同じ個数、0 以上、合計 1 にしてください(現在 {value})。", "The weights {value} of node '{name}' must be non-negative, one for each input, and sum to 1."),
    "error.cycle": ("ノードが循環しています: {names}", "These nodes form a cycle: {names}."),
    "error.width_range": ("幅 {width} は使えません。1 から 65,536 の整数にしてください。", "The width {width} must be an integer from 1 to 65,536."),
    "error.inputs_do_not_fit": (
        "計算スケルトン「{name}」は {argument} の形 {shape} では使えません。使える形: {accepted}。データの種類に合うスケルトンを選んでください。",
        "The skeleton '{name}' does not fit {argument} of shape {shape}; it accepts {accepted}. Choose a skeleton for this kind of data.",
    ),
    "error.input_not_finite": (
        "{argument} に欠損(NaN)または無限大の値があります。有限の数だけにしてください。",
        "{argument} holds values that are NaN or infinite. Only finite numbers are accepted.",
    ),
    "error.no_such_setting": (
        "ノード「{name}」({op})では {field} を使いません(指定された値: {value})。指定を外してください。",
        "Node '{name}' ({op}) makes no use of {field} = {value}. Leave it out.",
    ),
    "error.activation_without_name": (
        "ノード「{name}」の関数 {activation} には名前がないため保存できません。register_activation で名前を付けてください。",
        "Node '{name}': the function {activation} cannot be stored without a name. Give it one with register_activation.",
    ),
    "error.products_not_exact": (
        "{device} の行列積の誤差が {error} あり、計算に使えません。TF32 など精度を落とす設定を解除するか、CPU を使ってください。",
        "Products of matrices on {device} have errors of {error}, too large to compute with. Switch off TF32 and the like, or use the CPU.",
    ),
    "error.not_tensors": (
        "計算スケルトン「{name}」の {argument} は、実数の torch テンソルか numpy 配列で渡してください(現在 {found})。",
        "The skeleton '{name}': {argument} must hold real numbers in torch tensors or numpy arrays. Found {found}.",
    ),
    "error.shapes_differ": ("ノード「{name}」の入力の形が揃っていません({shapes})。", "The inputs of node '{name}' have different shapes ({shapes})."),
    "error.window_too_large": (
        "ノード「{name}」の window = {window}(dilation = {dilation})は、入力の位置の数 {positions} に収まりません。小さくするか、padding を same にしてください。",
        "Node '{name}': window = {window} (dilation = {dilation}) does not fit into {positions} positions. Make it smaller, or use padding same.",
    ),
    "error.unknown_norm": ("入力ノード「{name}」の norm {norm} は使えません。次から選んでください: {known}", "The norm {norm} of input '{name}' is not known. Choose one of: {known}."),
    "error.not_a_layer": (
        "ノード「{name}」({op})には活性化関数やバイアスを設定できません。dense、conv、activation のいずれかで指定してください。",
        "Node '{name}' ({op}) takes no activation or bias. Set them on a dense, conv or activation node.",
    ),
    "error.activation_needs_linear": (
        "ノード「{name}」は、活性化関数のない層の出力にだけ使えます(現在の入力: {input})。",
        "Node '{name}' must act on a layer without an activation; it reads '{input}'.",
    ),
    "error.needs_unit_variance": (
        "ノード「{name}」の活性化関数 {activation} では、長さ 1 に揃えた入力だけを扱えます。入力を揃えるか、relu など他の活性化関数を選んでください。",
        "Node '{name}': the kernel of {activation} needs inputs of length 1. Normalise the inputs or choose another activation such as relu.",
    ),
    "error.no_tangent_kernel": (
        "ノード「{name}」の {activation} には接カーネルがありません(値が不連続のため)。別の活性化関数を選んでください。",
        "Node '{name}': {activation} jumps and has no tangent kernel. Choose another activation.",
    ),
    "error.no_examples": (
        "計算スケルトン「{name}」に渡された {argument} が 0 件です。1 件以上必要です。",
        "{argument} has 0 rows, and the skeleton '{name}' needs at least 1.",
    ),
}
