"""Sentences about pictures, signals, sounds and the archives they come in."""

WORDS = {
    # npz
    "error.npz_unreadable": (
        "{file} を npz ファイルとして読み取れませんでした({detail})。途中で切れていないか確認し、numpy.savez で保存し直してください。",
        "{file} cannot be read as an npz file ({detail}). Check that it is complete, or save it again with numpy.savez.",
    ),
    "error.npz_too_large": (
        "{file} は展開すると {megabytes} MB になり、上限の {limit} MB を超えます。件数を減らすか、解像度を下げてください。",
        "{file} unpacks to {megabytes} MB, above the limit of {limit} MB. Use fewer examples or a lower resolution.",
    ),
    "error.npz_objects": (
        "{file} の配列「{array}」には Python オブジェクトが含まれています。安全のため読み込みません。数値または文字列の配列として保存し直してください。",
        "The array '{array}' in {file} contains Python objects and is refused for safety. Save it again as an array of numbers or text.",
    ),
    "error.npz_no_data": (
        "{file} に入力データの配列がありません。探した名前: {looked}。ファイルにあった名前: {found}。いずれかの名前で保存してください。",
        "{file} has no array of inputs. Names looked for: {looked}. Names found: {found}. Save the inputs under one of these names.",
    ),
    "error.npz_no_labels": (
        "{file} に正解ラベルの配列がありません。評価にはラベルが必要です。探した名前: {looked}。ファイルにあった名前: {found}。",
        "{file} has no array of labels, and labels are needed. Names looked for: {looked}. Names found: {found}.",
    ),
    "error.npz_labels_shape": (
        "{file} のラベル配列「{array}」の形 {shape} は使えません。1 件につき 1 つの値を並べた 1 次元の配列にしてください。",
        "The labels '{array}' in {file} have the shape {shape}. One value per example is needed, in one dimension.",
    ),
    "error.npz_length_mismatch": (
        "{file} の件数が合いません。「{array}」は {examples} 件、ラベル「{labels_array}」は {labels} 件です。件数をそろえてください。",
        "The counts in {file} differ: '{array}' has {examples} examples, '{labels_array}' has {labels} labels. Make them equal.",
    ),
    "error.npz_shape": (
        "{file} の配列「{array}」の形 {shape} には対応していません。画像は [件数, 高さ, 幅, 色]、時系列は [件数, チャンネル, 長さ] にしてください。",
        "The array '{array}' in {file} has the shape {shape}. Images need [n, height, width, colours], signals [n, channels, length].",
    ),
    "error.npz_shape_differs": (
        "{file} の「{array}」は、学習用の形 {shape} とテスト用の形 {test_shape} が一致しません。同じ形にそろえてください。",
        "In {file} the examples of '{array}' have the shape {shape} for training and {test_shape} for the test. Make them equal.",
    ),
    "error.npz_not_numbers": (
        "{file} の配列「{array}」の型({dtype})は使えません。数値(ラベルは文字列も可)で保存し直してください。",
        "The array '{array}' in {file} has the type {dtype}. Save it as numbers (labels may be text).",
    ),
    "error.npz_pictures_infinite": (
        "{file} の画像の画素値に無限大が含まれているか、数値がありません。0〜1 または 0〜255 の値で保存し直してください。",
        "The pictures in {file} contain infinite values or no numbers at all. Save them again with values of 0-1 or 0-255.",
    ),
    "error.array_empty": (
        "{file} の配列「{array}」が空です。1 件以上のデータを入れてください。",
        "The array '{array}' in {file} is empty. It must hold at least one example.",
    ),
    "note.npz_test_incomplete": (
        "{file} のテスト用データは「{array}」しか見つからず、入力とラベルがそろわないため使いませんでした。",
        "{file} holds '{array}' but not the other half of a test set, so no test set was used.",
    ),
    "note.array_labels_missing": (
        "{file} のうちラベルが欠けている {count} 件を除きました。",
        "{count} examples of {file} have no label and were left out.",
    ),
    "note.array_values_missing": (
        "{file} の信号にある欠測・無限大 {count} 個を、前後の値から補いました。",
        "{count} missing or infinite values in the signals of {file} were filled in from their neighbours.",
    ),
    "note.array_kind_image": (
        "{file} の「{array}」{shape} は、値と形からグレー画像とみなしました。",
        "'{array}' {shape} in {file} was taken for grey pictures, judging by its shape and values.",
    ),
    "note.array_kind_series": (
        "{file} の「{array}」{shape} は時系列とみなしました({channels} チャンネル、長さ {length})。",
        "'{array}' {shape} in {file} was taken for signals ({channels} channels of {length} steps).",
    ),
    "note.array_kind_audio": (
        "{file} の「{array}」{shape} は音声とみなしました(サンプリング周波数 {rate:g} Hz)。",
        "'{array}' {shape} in {file} was taken for sound at {rate:g} Hz.",
    ),
    # pictures
    "note.images_scaled": (
        "{file} の画素値 {low:g}〜{high:g} を 0〜255 に換算しました。",
        "The pixel values {low:g} to {high:g} of {file} were scaled to 0-255.",
    ),
    "note.images_resized": (
        "{file} の画像を {before} から {after} 画素に縮小しました。",
        "The pictures of {file} were reduced from {before} to {after} pixels.",
    ),
    "note.images_skipped": (
        "{file} のうち読み取れない画像 {count} 枚を除きました: {names}",
        "{count} pictures in {file} cannot be read and were left out: {names}",
    ),
    "note.images_too_large": (
        "{file} のうち 1 枚の上限({limit} 百万画素)を超える画像 {count} 枚を、展開せずに除きました: {names}",
        "{count} pictures in {file} declare more than {limit} million pixels and were left out undecoded: {names}",
    ),
    "note.images_converted_grey": (
        "{file} の画像(大きさ {sizes} 種類)を {after} 画素のグレー画像にそろえました(大きさを変えたもの: {total} 枚中 {resized} 枚)。",
        "The pictures of {file} ({sizes} sizes) were brought to {after} pixels in grey ({resized} of {total} were resized).",
    ),
    "note.images_converted_colour": (
        "{file} の画像(大きさ {sizes} 種類)を {after} 画素のカラー画像(RGB)にそろえました(大きさを変えたもの: {total} 枚中 {resized} 枚)。",
        "The pictures of {file} ({sizes} sizes) were brought to {after} pixels in colour (RGB; {resized} of {total} were resized).",
    ),
    # zip
    "error.zip_unreadable": (
        "{file} を zip ファイルとして開けませんでした({detail})。アップロードが途中で切れていないか確認し、圧縮し直してください。",
        "{file} cannot be opened as a zip file ({detail}). Check that it is complete, or zip the folder again.",
    ),
    "error.zip_encrypted": (
        "{file} はパスワードで保護されています。パスワードなしで圧縮し直してください。",
        "{file} is protected by a password. Zip the folder again without one.",
    ),
    "error.zip_too_many": (
        "{file} には {count} 個の項目があり、上限の {limit} 個を超えます。枚数を減らしてください。",
        "{file} holds {count} entries, above the limit of {limit}. Use fewer files.",
    ),
    "error.zip_too_large": (
        "{file} は展開すると {megabytes} MB 以上になり、上限の {limit} MB を超えます。枚数を減らすか、画像を縮小してください。",
        "{file} unpacks to {megabytes} MB or more, above the limit of {limit} MB. Use fewer or smaller files.",
    ),
    "error.zip_bomb": (
        "{file} の「{entry}」は展開すると {megabytes} MB(圧縮率 {ratio}:1)になるため、展開せずに受け付けを止めました。"
        "上限は 1 ファイル {limit_megabytes} MB、圧縮率 {limit_ratio}:1 です。このファイルを除いて圧縮し直してください。",
        "'{entry}' in {file} declares {megabytes} MB ({ratio}:1 compressed) and was not unpacked. "
        "The limits are {limit_megabytes} MB per file and {limit_ratio}:1. Zip the folder again without it.",
    ),
    "error.zip_single_table": (
        "{file} の中身は画像や音声ではなく「{entry}」です。zip を展開し、表や配列のファイルをそのままアップロードしてください。",
        "{file} holds '{entry}' rather than pictures or recordings. Unzip it and upload the table or array file itself.",
    ),
    "error.zip_nothing_usable": (
        "{file} に使える画像(PNG、JPEG など)や音声(WAV)がありません。見つかったもの: {found}。クラスごとのフォルダーに分けて圧縮してください。",
        "{file} holds no pictures (PNG, JPEG, ...) and no WAV recordings. Found: {found}. Zip one folder per class.",
    ),
    "error.zip_no_class_folders": (
        "{file} の {count} 個のファイルがクラス別のフォルダーに入っていません(例: {names})。「良品/001.png」のように、クラス名のフォルダーに分けてください。",
        "The {count} files in {file} are not in class folders (for instance {names}). Sort them into one folder per class, as in good/001.png.",
    ),
    "error.zip_mixed_kinds": (
        "{file} には画像 {images} 個と音声 {recordings} 個が混在しています。どちらか一方だけにしてください。",
        "{file} mixes {images} pictures with {recordings} recordings. Keep one of the two kinds.",
    ),
    "error.zip_all_damaged": (
        "{file} の {count} 個のファイルは、いずれも読み取れないか上限を超えています。元のファイルが開けるか確認してください。",
        "None of the {count} files in {file} can be read within the limits. Check that the originals open.",
    ),
    "note.zip_unsafe_entries": (
        "{file} のうち、フォルダーの外を指す名前やリンクなど、安全でない {count} 個の項目を読まずに除きました: {names}",
        "{count} entries of {file} have unsafe names or are links; they were left out unread: {names}",
    ),
    "note.zip_outside_folders": (
        "{file} のうち、クラスのフォルダーに入っていない {count} 個を除きました: {names}",
        "{count} files of {file} lie outside the class folders and were left out: {names}",
    ),
    "note.zip_empty_classes": (
        "{file} のうち、使えるファイルのない空のフォルダーが {count} 個あります: {names}",
        "{count} folders of {file} hold no usable file: {names}",
    ),
    "note.zip_validation_folder": (
        "{file} の検証用(validation)フォルダーの {count} 件は、学習用データに加えました。",
        "The {count} examples in the validation folder of {file} were added to the training data.",
    ),
    # sound
    "note.audio_skipped": (
        "{file} のうち読み取れない音声 {count} 件を除きました: {names}",
        "{count} recordings in {file} cannot be read and were left out: {names}",
    ),
    "note.audio_resampled": (
        "{file} のうちサンプリング周波数が異なる {count} 件を {rate} Hz に変換しました。",
        "{count} recordings of {file} were resampled to {rate} Hz.",
    ),
    "note.audio_lengths": (
        "{file} の音声({shortest:g}〜{longest:g} 秒)を {seconds:g} 秒にそろえました。短いものは無音を足し、長いものは末尾を切りました。",
        "The recordings of {file} ({shortest:g} to {longest:g} s) were brought to {seconds:g} s: silence added at the end, or the end cut.",
    ),
    # signals
    "error.series_too_long": (
        "{file} の系列は 1 本あたり {length} 点あり、上限の {limit} 点を超えます。短い区間に切り分けてください。",
        "The signals of {file} have {length} steps, above the limit of {limit}. Cut them into shorter windows.",
    ),
    "error.series_too_large": (
        "{file} は系列の長さをそろえると {megabytes} MB になり、上限の {limit} MB を超えます。本数を減らすか、短い区間に切り分けてください。",
        "{file} takes {megabytes} MB once all signals have one length, above the limit of {limit} MB. Use fewer or shorter signals.",
    ),
    "error.series_no_channels": (
        "{file} に、「{case}」と「{time}」のほかに数値の測定列がありません。測定値の列を加えてください。",
        "{file} has no column of measurements beside '{case}' and '{time}'. Add the measured values.",
    ),
    "error.series_no_rows": (
        "{file} には、「{case}」「{time}」と予測対象がそろった行がありません。空欄を埋めてください。",
        "No row of {file} has '{case}', '{time}' and the target filled in. Fill in the blanks.",
    ),
    "note.series_long": (
        "{file} を時系列として読みました。「{case}」ごとに「{time}」の順に並べ、{count} 本、{channels} チャンネル、長さ {length} です。",
        "{file} was read as signals, sorted by '{time}' within each '{case}': {count} signals, {channels} channels, {length} steps.",
    ),
    "note.series_lengths": (
        "{file} の系列の長さ({shortest}〜{longest})を {length} にそろえました。{padded} 本は最後の値を続け、{cut} 本は末尾を切りました。",
        "The signals of {file} ({shortest} to {longest} steps) were brought to {length}: {padded} go on with their last value, {cut} were cut.",
    ),
    "note.series_gap": (
        "{file} の {count} 本の系列で時刻が飛んでいました。抜けた {steps} 点を前後の値から直線で補いました: {cases}",
        "{count} signals of {file} skip time steps; the {steps} missing steps were filled in on a straight line: {cases}",
    ),
    "note.series_gap_left": (
        "{file} の {count} 本の系列に、補えないほど大きい、または不規則な時刻の飛びがあります。そのままつなげました: {cases}",
        "{count} signals of {file} have gaps in time too large or uneven to fill; they were joined as they are: {cases}",
    ),
    "note.series_duplicate_times": (
        "{file} に同じ時刻の行が {count} 行あり、最初の行だけを使いました(該当する系列: {cases})。",
        "{count} rows of {file} repeat a time stamp; only the first was kept (signals: {cases}).",
    ),
    "note.series_rows_dropped": (
        "{file} のうち、系列番号・時刻・予測対象のいずれかが空の {count} 行を除きました。",
        "{count} rows of {file} lack the case, the time or the target and were left out.",
    ),
    "note.series_columns_ignored": (
        "{file} の数値でない {count} 列は、系列の入力に使いません: {names}",
        "{count} columns of {file} are not numbers and are not used as signals: {names}",
    ),
    "note.series_target_varies": (
        "{file} の {count} 本の系列で「{target}」が途中で変わっています。最も多い値を使いました: {cases}",
        "'{target}' changes within {count} signals of {file}; the most frequent value was taken: {cases}",
    ),
    # .ts
    "error.ts_no_data": (
        "{file} に @data 以降のデータがありません。.ts 形式(UCR / sktime)の完全なファイルをアップロードしてください。",
        "{file} has no data after @data. Upload the complete file in the .ts format (UCR / sktime).",
    ),
    "error.ts_no_labels": (
        "{file} にはクラスも目的の値もありません(@classLabel、@targetLabel がともに false)。正解付きのファイルを使ってください。",
        "{file} has neither classes nor target values (@classLabel and @targetLabel are false). Use a file with answers.",
    ),
    "error.ts_bad_line": (
        "{file} の {line} 行目を読み取れません({detail})。値はカンマ、チャンネルはコロンで区切り、末尾に正解を書いてください。",
        "Line {line} of {file} cannot be read ({detail}). Separate values by commas and channels by colons, with the label last.",
    ),
}
