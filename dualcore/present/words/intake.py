"""Sentences about files and data. ``file`` is always the file's name."""

WORDS = {
    # what cannot be used
    "error.empty_file": ("「{file}」は空です。データの入ったファイルを選んでください。", "'{file}' is empty. Choose a file with data in it."),
    "error.no_rows": (
        "「{file}」には見出し({columns} 列)だけがあり、データ行がありません。データ行を含めて保存し直してください。",
        "'{file}' has no data rows, only a header with {columns} columns. Save it again with its rows.",
    ),
    "error.web_page": (
        "「{file}」はデータではなく Web ページです。ダウンロードに失敗した可能性があります。もう一度ダウンロードしてください。",
        "'{file}' is a web page, not data: the download probably failed. Download the file again.",
    ),
    "error.wrong_encoding": (
        "「{file}」は文字コード {encoding} として読めません。別の文字コードを選ぶか、UTF-8 で保存し直してください。",
        "'{file}' cannot be read as {encoding}. Choose another encoding, or save the file as UTF-8.",
    ),
    "error.file_too_large": (
        "「{file}」は {megabytes} MB あり、上限の {limit} MB を超えています。行を抜き出すか、Parquet 形式で保存してください。",
        "'{file}' has {megabytes} MB; the limit is {limit} MB. Take a sample of the rows, or save it as Parquet.",
    ),
    "error.too_many_cells": (
        "「{file}」のセル数が上限({limit})を超えています。行か列を減らしてください。",
        "'{file}' has more cells than the limit of {limit}. Use fewer rows or columns.",
    ),
    "error.too_many_columns": (
        "「{file}」には {columns} 列あり、上限の {limit} 列を超えています。必要な列だけを残してください。",
        "'{file}' has {columns} columns; the limit is {limit}. Keep the columns that are needed.",
    ),
    "error.wide_and_short": (
        "「{file}」は {rows} 行しかないのに {columns} 列あります。長い計測データを横に並べた形のようです。短い区間に切り分けて 1 区間 1 行とし、{needed} 行以上にしてください。",
        "'{file}' has only {rows} rows for {columns} columns. This looks like time series laid out as columns: "
        "cut the recordings into windows, one row each, so that there are at least {needed} rows.",
    ),
    "error.damaged_excel": (
        "「{file}」を Excel ファイルとして読めません(壊れているか、パスワードで保護されています: {detail})。Excel で開き、保護なしで保存し直してください。",
        "'{file}' cannot be read as an Excel file: it is damaged or protected by a password ({detail}). Open it in Excel and save it without protection.",
    ),
    "error.damaged_text": (
        "「{file}」の {line} 行目を読めません({detail})。引用符の閉じ忘れがないか確認してください。",
        "Line {line} of '{file}' cannot be read ({detail}). Check for a quotation mark that is never closed.",
    ),
    "error.sheet_missing": (
        "「{file}」にシート「{sheet}」がありません。次から選んでください: {sheets}",
        "'{file}' has no sheet '{sheet}'. Choose one of: {sheets}.",
    ),
    "error.header_row_missing": (
        "「{file}」は {rows} 行しかなく、{row} 行目を見出しにできません。",
        "'{file}' has only {rows} rows, so row {row} cannot be the header.",
    ),
    "error.parquet_damaged": (
        "「{file}」は壊れているか、途中で切れています(Parquet の末尾情報がありません)。もう一度出力するか、転送し直してください。",
        "'{file}' is damaged or incomplete (the Parquet footer is missing). Export or transfer it again.",
    ),
    "error.zip_damaged": (
        "「{file}」は壊れているか、圧縮ファイルではありません。もう一度作成してください。",
        "'{file}' is damaged, or no archive at all. Create it again.",
    ),
    "error.single_file": (
        "「{file}」は {what} ファイル 1 個です。学習には多数の例が必要です。種類ごとのフォルダーに分け、zip にまとめてください。",
        "'{file}' is a single {what} file. Many examples are needed: put them into one folder per class and zip the folders.",
    ),
    "error.no_column": (
        "「{file}」に列「{column}」がありません。次の列があります: {known}",
        "'{file}' has no column '{column}'. It has: {known}.",
    ),
    "error.no_target": (
        "「{file}」に予測できる列が見つかりません。次の列から選んでください: {known}",
        "'{file}' has no column that could be predicted. Choose one of: {known}.",
    ),
    "error.no_inputs": (
        "「{file}」には予測対象「{target}」のほかに使える入力列がありません。予測の手がかりになる列を加えてください。",
        "'{file}' has no usable input columns besides the target '{target}'. Add columns to predict from.",
    ),
    "error.too_few_rows": (
        "「{file}」で使えるデータは {rows} 行だけです。少なくとも {needed} 行必要です。",
        "'{file}' has only {rows} usable rows. At least {needed} are needed.",
    ),
    "error.one_class": (
        "「{file}」の予測対象「{target}」はすべて「{value}」です。学べることがないため評価できません。別の列を予測対象にしてください(候補: {others})。",
        "The target '{target}' of '{file}' is '{value}' in every row: only one class, nothing to learn. Choose another target (candidates: {others}).",
    ),
    "error.too_many_classes": (
        "「{file}」の予測対象「{target}」は {rows} 行に {classes} 種類もあり、分類できません。数値として予測するか、別の列を選んでください。",
        "The target '{target}' of '{file}' has {classes} different values in {rows} rows, too many to be classes. "
        "Predict it as a number, or choose another column.",
    ),
    "error.target_not_numeric": (
        "「{file}」の予測対象「{target}」は数値ではありません。分類として評価するか、数値の列を選んでください。",
        "The target '{target}' of '{file}' is not numeric. Evaluate it as classification, or choose a numeric column.",
    ),
    "error.test_other_kind": (
        "テスト用の「{test}」は学習用とは種類の違うデータです。同じ形式のファイルを選んでください。",
        "The test file '{test}' holds another kind of data than the training file. Choose one of the same kind.",
    ),
    "error.test_columns_missing": (
        "「{test}」に次の列がありません: {columns}。学習用と同じ列を持つファイルを選んでください。",
        "'{test}' lacks these columns: {columns}. Choose a file with the same columns as the training data.",
    ),
    "error.test_no_labels": (
        "テスト用の「{test}」に、学習用と同じ正解ラベルの行がありません。",
        "The test file '{test}' has no rows with labels that occur in the training data.",
    ),
    "error.test_other_shape": (
        "テスト用データ({test})の形 {found} が学習用 {expected} と違います。同じ形のデータを用意してください。",
        "The test data ({test}) have shape {found}, the training data {expected}. Use data of the same shape.",
    ),
    "error.other_shape": (
        "データの形 {found} がモデルの形 {expected} と違います。学習時と同じ形のデータを用意してください。",
        "The data have shape {found}; the model expects {expected}. Use data of the same shape as in training.",
    ),
    "error.columns_missing": (
        "学習時の列が {count} 列足りません: {columns}",
        "{count} of the training columns are missing: {columns}.",
    ),
    # how the file was read
    "note.encoding_assumed": ("「{file}」の文字コードを {encoding} と判断しました。", "'{file}' was read as {encoding}."),
    "note.separator_assumed": ("「{file}」の区切り文字を「{separator}」と判断しました。", "'{file}' was read with the separator '{separator}'."),
    "note.decimal_comma": ("「{file}」の小数点をコンマ(,)として読みました。", "'{file}' writes numbers with a decimal comma; they were read as such."),
    "note.nul_bytes": (
        "「{file}」に不正な文字(NUL)があり、取り除いて読みました(行: {lines})。",
        "'{file}' has NUL bytes; they were removed (lines {lines}).",
    ),
    "note.ragged_rows": (
        "「{file}」の {rows} 行は列数が {columns} 列と合わないため除きました(行: {lines})。",
        "'{file}' has {rows} row(s) without {columns} cells; they were left out (lines {lines}).",
    ),
    "note.title_lines_skipped": (
        "「{file}」の {header_line} 行目を見出しとし、その上の {lines} 行を読み飛ばしました。",
        "Line {header_line} of '{file}' was taken as the header; the {lines} line(s) above it were skipped.",
    ),
    "note.footer_skipped": (
        "「{file}」の末尾 {rows} 行({first})は集計や注記とみて除きました。",
        "The last {rows} row(s) of '{file}' ({first}) look like totals or remarks and were left out.",
    ),
    "note.no_header": (
        "「{file}」の先頭行({first})はデータのようです。見出しなしとして読みました。見出しの場合は読み方で指定してください。",
        "The first row of '{file}' looks like data ({first}); it was read without a header. If it is the header, say so under reading options.",
    ),
    "note.duplicate_names": (
        "「{file}」で列名が重複しているため、次の名前に変えました: {names}",
        "'{file}' repeats column names; they were renamed: {names}.",
    ),
    "note.sheet_assumed": (
        "「{file}」のシート「{sheet}」を読みました(シート: {sheets})。別のシートは読み方で選べます。",
        "The sheet '{sheet}' of '{file}' was read (sheets: {sheets}). Another one can be chosen under reading options.",
    ),
    "note.really_excel": (
        "「{file}」の中身は Excel ファイルのため、Excel として読みました。",
        "'{file}' is really an Excel file and was read as one.",
    ),
    "note.really_text": (
        "「{file}」の中身はテキスト(CSV)のため、CSV として読みました。",
        "'{file}' is really a text file and was read as CSV.",
    ),
    "note.unreadable_cells": (
        "「{file}」の数値の列に、数値として読めないセルが {count} 個あり、欠損として扱いました: {columns}",
        "{count} cell(s) in numeric columns of '{file}' hold no number and count as missing: {columns}.",
    ),
    "note.infinite_cells": (
        "「{file}」の無限大や極端に大きい値 {count} 個を欠損として扱いました: {columns}",
        "{count} infinite or extremely large value(s) in '{file}' count as missing: {columns}.",
    ),
    "note.units": ("「{file}」の単位つきの列を数値として読みました: {columns}", "Columns with units in '{file}' were read as numbers: {columns}."),
    "note.dates": ("「{file}」の日付の列: {columns}", "Date columns in '{file}': {columns}."),
    # what was decided about the data
    "note.target_assumed": ("「{file}」の予測対象を「{target}」と仮定しました。", "The target of '{file}' was assumed to be '{target}'."),
    "note.target_missing": (
        "「{file}」の予測対象「{target}」が空か有限の値でない {rows} 行を除きました。",
        "{rows} row(s) of '{file}' without a usable target '{target}' were left out.",
    ),
    "note.small_classes": (
        "「{file}」の予測対象「{target}」には {least} 行に満たない種類があり、正しく評価できません: {classes}",
        "Some classes of '{target}' in '{file}' have fewer than {least} rows and cannot be judged: {classes}.",
    ),
    "note.imbalance": (
        "「{file}」の予測対象「{target}」は「{often}」が {share} % を占め、「{rare}」は {rows} 行だけです。正解率ではなく、均衡正解率での評価をお勧めします。",
        "In '{file}' the target '{target}' is '{often}' in {share} % of the rows and '{rare}' in only {rows}. "
        "Judge it by balanced accuracy rather than accuracy.",
    ),
    "note.columns_empty": ("「{file}」の値のない {count} 列を除きました: {columns}", "{count} column(s) of '{file}' without any value were left out: {columns}."),
    "note.columns_constant": ("「{file}」の値が 1 種類だけの {count} 列を除きました: {columns}", "{count} constant column(s) of '{file}' were left out: {columns}."),
    "note.identifiers": (
        "「{file}」の {count} 列は通し番号や ID とみて入力から除きました: {columns}",
        "{count} column(s) of '{file}' look like identifiers and are not used as inputs: {columns}.",
    ),
    "note.leaks": (
        "「{file}」の {count} 列は、それだけで答えがほぼ分かります(結果の後に付いた情報の疑い)。入力から除きました: {columns}",
        "{count} column(s) of '{file}' give the answer away almost perfectly (probably recorded after the outcome) and are not used: {columns}.",
    ),
    "note.dominant_column": (
        "「{file}」の列「{column}」は、単独で予測対象をほぼ言い当てます({percent} %)。予測する時点で本当に分かる値か確認してください。",
        "The column '{column}' of '{file}' predicts the target almost alone ({percent} %). Check that it is really known when the prediction is made.",
    ),
    "note.high_cardinality": (
        "「{file}」の {count} 列は値の種類が多すぎるため入力から除きました: {columns}",
        "{count} column(s) of '{file}' have too many different values and are not used: {columns}.",
    ),
    "note.text_used": (
        "「{file}」の文章の列は、文字の並び(2〜4 文字)として入力に使います: {columns}",
        "Free-text columns of '{file}' are used through character n-grams: {columns}.",
    ),
    "note.duplicates": (
        "「{file}」の {rows} 行({percent} %)は同じ内容の重複です。学習と評価に分かれないよう、まとめて扱います。",
        "{rows} row(s) of '{file}' ({percent} %) are exact duplicates; they are kept on one side of every split.",
    ),
    "note.drift": (
        "「{file}」は「{column}」の前半と後半で傾向が違います(判別 AUC {auc})。時間順に分けて評価します。",
        "'{file}' differs between the earlier and the later half of '{column}' (AUC {auc}); it is evaluated in time order.",
    ),
    "note.time_order_assumed": (
        "「{file}」は「{column}」の順に並んでいます。無作為に分けると楽観的になるため、時間順に分けて評価します。",
        "'{file}' is ordered by '{column}'. A random split would be optimistic, so it is evaluated in time order.",
    ),
    "note.time_order_possible": (
        "「{file}」に日付「{column}」があります。将来を予測する課題であれば、時間の列に指定してください。",
        "'{file}' has the date '{column}'. If the future is to be predicted, choose it as the time column.",
    ),
    "note.series_assumed": (
        "「{file}」の {columns} 列({first} 〜 {last})を、1 行 1 本の波形として読みました。",
        "The {columns} columns {first} to {last} of '{file}' were read as one signal per row.",
    ),
    "note.test_rows_unknown": (
        "「{test}」の {rows} 行は、学習用にない正解ラベルか空欄のため除きました。",
        "{rows} row(s) of '{test}' have no label, or one that the training data lack, and were left out.",
    ),
}
