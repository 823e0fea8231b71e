"""Sentences of the transfer comparison: pretrained features against a random initialisation."""

WORDS: dict[str, tuple[str, str]] = {
    "nav.transfer": ("学習済みモデル", "Transfer"),
    "job.step.transfer_encode": ("学習済みモデルで特徴量を計算しています", "Computing the features of the pretrained model"),
    "job.step.transfer_random": ("ランダム初期化の最終層を測っています", "Measuring the random initialisation"),
    "job.step.transfer_pretrained": ("学習済みの特徴量の最終層を測っています", "Measuring the pretrained features"),
    "job.step.transfer_gain": ("同じ行で差を比べています", "Comparing the two on the same rows"),
    # page
    "transfer.title": ("学習済みモデルの特徴量を、同じ条件で比べます", "Compare a pretrained model under the same protocol"),
    "transfer.lead": (
        "同じ行、同じ分割、同じ最終層で、ランダム初期化と学習済みの特徴量を比べます。費用のかかる微調整の前に、出発点として有利かどうかが分かります。",
        "The same rows, split and last layer, once on the random initialisation and once on pretrained features: "
        "is the pretrained model the better starting point, before fine-tuning costs anything?",
    ),
    "transfer.title_running": ("学習済みの特徴量と比べています", "The comparison is running"),
    "transfer.other_running": ("この案件では別の処理が実行中です", "Something else is running in this project"),
    "transfer.other_lead": ("終わると、ここから比較を始められます。", "The comparison can be started here once it has ended."),
    "transfer.none.title": ("先に最終層だけの評価を行ってください", "Evaluate the last layer first"),
    "transfer.none.text": ("比較の基準は、最終層だけの評価結果です。", "The comparison is made against the last-layer evaluation."),
    "transfer.upload": ("計算済みの特徴量(埋め込み)のファイル", "File of precomputed embeddings"),
    "transfer.upload_help": (
        "一件を一行にした数値の表です。データとしてだけ読み取り、プログラムとしては実行しません。",
        "A table of numbers, one row per example. It is read as data only; nothing in it is run.",
    ),
    "transfer.formats": (
        "npz・npy・CSV・Parquet。行は学習用ファイルと同じ順に並べるか、識別子の列で対応づけてください。",
        "npz, npy, CSV or Parquet; rows in the order of the training file, or matched by an identifier column.",
    ),
    "transfer.match": ("行の対応づけ", "Rows are matched by"),
    "transfer.match_order": ("ファイルの並び順", "their order in the file"),
    "transfer.match_help": (
        "学習用ファイルと特徴量のファイルの両方にある、一件ごとに異なる値の列を選びます。",
        "A column that is in both files and different for every example.",
    ),
    "transfer.read_ok": ("{rows} 件、一件あたり {dimensions} 個の数値を読み取りました", "Read {rows} examples with {dimensions} numbers each"),
    "transfer.encoder": ("このサーバーの学習済みモデルを使う", "Use a pretrained model on this server"),
    "transfer.encoder_pick": ("学習済みモデル", "Pretrained model"),
    "transfer.encoder_help": (
        "管理者が置いたものだけを選べます。モデルの読み込みはプログラムの実行を伴うため、画面からはアップロードできません。",
        "Only what the administrator put there. Loading a model runs code, so none can be uploaded here.",
    ),
    "transfer.start": ("比較を始める", "Start the comparison"),
    "transfer.again": ("別の特徴量で比べる", "Compare other features"),
    "transfer.older": ("この結果は、以前の評価に対するものです。", "This result belongs to an earlier evaluation."),
    "transfer.reading.pretrained": (
        "学習済みの特徴量が明確に優れています。学習済みモデルから始めることを推奨します",
        "Pretrained features are clearly better: start from the pretrained model",
    ),
    "transfer.reading.even": (
        "差は偶然の範囲です。学習済みモデルに費用をかける根拠はまだありません",
        "The difference is within chance: no case yet for paying for the pretrained model",
    ),
    "transfer.reading.random": (
        "ランダム初期化のほうが優れています。この特徴量を使う根拠は、このデータにはありません",
        "The random initialisation is better: no case for these features on these data",
    ),
    "transfer.reading.no_signal": (
        "この特徴量からは、偶然を超える手がかりが見つかりません",
        "These features show no signal above chance",
    ),
    "transfer.verdict": (
        "学習済みの特徴量「{name}」が、同じ行・同じ最終層で {gain} 上回っています({interval})。投資する場合は、ランダム初期化ではなく学習済みモデルから始めてください。",
        "Pretrained features “{name}” gain {gain} on the same rows under the same last layer ({interval}). "
        "If you invest, start from the pretrained model, not from a random initialisation.",
    ),
    "transfer.caution": (
        "読み方の注意: ここで測ったのは、特徴量を固定した最終層のスコアです。優れていれば有力な根拠になりますが、劣っていても、微調整後の優劣までは分かりません。",
        "Mind: this is the score of a last layer on fixed features. A clear gain is evidence for the pretrained model; "
        "the lack of one does not tell how it would rank after fine-tuning.",
    ),
    "transfer.score": ("学習済みの特徴量の{metric}", "Pretrained features: {metric}"),
    "transfer.score_below": ("ランダム初期化 {score}", "random initialisation {score}"),
    "transfer.gain": ("同じ行での差", "Gain on the same rows"),
    "transfer.time": ("計算時間", "Time"),
    "transfer.time_below": ("{rows} 件、{estimate}", "{rows} rows, {estimate}"),
    "transfer.table": ("二つの特徴量の比較", "The two representations"),
    "transfer.column.features": ("特徴量", "Features"),
    "transfer.column.dimensions": ("個数", "Number"),
    "transfer.column.time": ("計算時間", "Time"),
    "transfer.features.random": ("ランダム初期化({skeleton})", "Random initialisation ({skeleton})"),
    "transfer.features.pretrained": ("学習済み({name})", "Pretrained ({name})"),
    "transfer.kernel": ("双対カーネル", "dual kernel"),
    "transfer.measure.logme": ("LogME", "LogME"),
    "transfer.measure.h_score": ("H スコア", "H-score"),
    "transfer.measure.neighbours_score": ("近傍 {n} 件による予測", "{n} nearest neighbours"),
    "transfer.measures_note": (
        "LogME と H スコアは、大きいほど移しやすいとされる補助の指標です。判断には、区間のあるスコアの差を使ってください。",
        "LogME and H-score are secondary measures, larger is better; decide by the gain, which has an interval.",
    ),
    "transfer.provenance": ("測定の記録", "Provenance"),
    "transfer.item.file": ("ファイル", "File"),
    "transfer.item.sha256": ("照合値(SHA-256)", "SHA-256"),
    "transfer.item.chance": ("偶然でも届く値", "Reached by chance"),
    "transfer.record": ("結果をダウンロード(JSON)", "Download the result (JSON)"),
    # picture
    "figure.transfer.title.pretrained": ("学習済みの特徴量が {gain} 上回っています({interval})", "Pretrained features gain {gain} ({interval})"),
    "figure.transfer.title.even": ("差は {gain} で、偶然と区別できません({interval})", "The gain of {gain} cannot be told from chance ({interval})"),
    "figure.transfer.title.random": ("学習済みの特徴量は {gain} で、下回っています({interval})", "Pretrained features fall behind: {gain} ({interval})"),
    "figure.transfer.title.no_signal": ("学習済みの特徴量は偶然の水準です(差 {gain}、{interval})", "Pretrained features stay at chance ({gain}, {interval})"),
    "figure.transfer.chance": ("偶然", "chance"),
    "figure.transfer.read": (
        "点はスコア、横棒は 90 % 区間です。破線は多数派や平均を答えるだけの水準です。差の区間は同じ行で比べたもので、二つの横棒が重なっていても差が明確なことがあります。",
        "Dots are scores, bars 90 % intervals; the dashed line is what the majority or the mean reaches. "
        "The interval of the gain is read on the same rows: it can be clear even where the bars overlap.",
    ),
    "figure.transfer.alt": (
        "ランダム初期化 {random}、学習済みの特徴量 {pretrained}、偶然 {chance}。差 {gain}({interval})。",
        "Random initialisation {random}, pretrained features {pretrained}, chance {chance}. Gain {gain} ({interval}).",
    ),
    # errors
    "error.embeddings_kind": (
        "「{name}」は特徴量として読めない形式です。npz・npy・CSV・Parquet のいずれかにしてください。",
        "“{name}” is not a kind of file that embeddings are read from. Use npz, npy, CSV or Parquet.",
    ),
    "error.embeddings_unreadable": (
        "「{name}」を読み取れません。壊れているか、数値以外のもの(pickle など)を含んでいます。数値の配列として保存し直してください。",
        "“{name}” cannot be read: it is damaged or holds something else than numbers (such as pickles). Save it again as an array of numbers.",
    ),
    "error.embeddings_no_array": (
        "「{name}」のどの配列が特徴量か分かりません(含まれる名前: {known})。配列の名前を embeddings にしてください。",
        "It is not clear which array of “{name}” holds the embeddings (found: {known}). Name it embeddings.",
    ),
    "error.embeddings_shape": (
        "「{name}」の形 {shape} は特徴量として使えません。一件を一行にした (件数, 個数) の数値にしてください。",
        "“{name}” has the shape {shape}, which is no table of numbers. Save it as (examples, numbers).",
    ),
    "error.embeddings_not_finite": (
        "「{name}」の {rows} 行に、欠損か無限大の値があります。取り除くか、計算し直してください。",
        "{rows} rows of “{name}” hold missing or infinite values. Remove them or compute them again.",
    ),
    "error.embeddings_not_numbers": (
        "「{name}」に数値でない列があります({columns})。取り除くか、識別子の列として指定してください。",
        "“{name}” has columns that are no numbers ({columns}). Remove them, or name one as the identifier.",
    ),
    "error.embeddings_no_column": (
        "「{name}」に列「{column}」がありません。両方のファイルにある列を指定してください。",
        "“{name}” has no column “{column}”. Name one that is in both files.",
    ),
    "error.embeddings_rows": (
        "特徴量が {found} 件、データ「{name}」が {rows} 件で、一致しません。同じ順に全件を並べるか、識別子の列で対応づけてください。",
        "There are {found} embeddings for the {rows} rows of “{name}”. Give one per row in the same order, or match them by an identifier column.",
    ),
    "error.embeddings_ids_twice": (
        "列「{column}」に同じ値が複数あり、対応づけられません。一件ごとに異なる列を指定してください。",
        "The column “{column}” holds a value twice, so rows cannot be matched. Name one that differs for every example.",
    ),
    "error.embeddings_ids_missing": (
        "列「{column}」で対応する特徴量のない行が {rows} 件あります(例: {example})。全件の特徴量を用意してください。",
        "{rows} rows have no embedding with their “{column}” (for example {example}). Bring one for every row.",
    ),
    "error.embeddings_constant": (
        "特徴量がどの件でも同じ値です。正しいファイルか確認してください。",
        "The embeddings are the same for every example. Check that it is the right file.",
    ),
    "error.encoder_missing": (
        "学習済みモデル「{name}」が見つかりません。名前を確認するか、管理者に依頼してください。",
        "There is no pretrained model “{name}”. Check the name or ask the administrator.",
    ),
    "error.encoder_kind": (
        "「{name}」は学習済みモデルとして読めない形式です。TorchScript(.pt)、torch.export(.pt2)、safetensors のいずれかにしてください。",
        "“{name}” is no kind of pretrained model that is read. Use TorchScript (.pt), torch.export (.pt2) or safetensors.",
    ),
    "error.encoder_folder": (
        "フォルダー「{name}」に学習済みモデルが {count} 個あります。ちょうど一つにするか、ファイルを指定してください。",
        "The folder “{name}” holds {count} pretrained models. Keep exactly one, or name the file.",
    ),
    "error.encoder_unreadable": (
        "学習済みモデル「{name}」を読み込めません({reason})。torch.jit.save か torch.export.save で保存し直してください。",
        "The pretrained model “{name}” cannot be loaded ({reason}). Save it again with torch.jit.save or torch.export.save.",
    ),
    "error.encoder_factory_needed": (
        "「{name}」には重みだけが入っています。--factory で、ネットワークを返す関数を「モジュール:関数」の形で指定してください。",
        "“{name}” holds weights alone. Name the function that returns the network with --factory module:function.",
    ),
    "error.encoder_factory_failed": (
        "「{factory}」からネットワークを作って重みを読み込むことができません({reason})。関数と重みの組み合わせを確認してください。",
        "The network of “{factory}” could not be made and given the weights ({reason}). Check that they belong together.",
    ),
    "error.encoder_refuses": (
        "学習済みモデルが、形 {shape} の入力を受け付けません({reason})。入力の形をモデルに合わせるか、特徴量を計算してから登録してください。",
        "The pretrained model does not take inputs of shape {shape} ({reason}). Fit the data to it, or bring precomputed embeddings.",
    ),
    "error.encoder_output": (
        "学習済みモデルの出力 {shape} は、一件ごとの数値になっていません。特徴量を返すモデルを使ってください。",
        "The pretrained model gives {shape}, which is not numbers for each example. Use a model that returns features.",
    ),
    "error.transfer_one_source": (
        "--embeddings と --encoder のどちらか一つを指定してください。",
        "Give either --embeddings or --encoder.",
    ),
}
