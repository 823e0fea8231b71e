"""Replaying a stored evaluation."""

WORDS: dict[str, tuple[str, str]] = {
    "replay.verdict_same": ("判定は前回と同じです({stored})。", "Same verdict as before ({stored})."),
    "replay.verdict_differs": ("判定が変わりました。前回 {stored}、今回 {again}。", "The verdict changed: {stored} before, {again} now."),
    "replay.figures_same": (
        "数値 {count} 個がすべて許容差 {tolerance} 以内で一致しました(最大の差 {largest})。",
        "All {count} figures agree within {tolerance} (largest difference {largest}).",
    ),
    "replay.figures_differ": (
        "数値 {count} 個のうち {different} 個が許容差 {tolerance} を超えて異なります。差の大きいものから示します。",
        "{different} of {count} figures differ by more than {tolerance}; the largest differences first.",
    ),
    "replay.surroundings": ("実行環境の違い: {name} 前回 {then}、今回 {now}", "Run under other conditions: {name} was {then}, is {now}"),
    "error.replay_no_report": (
        "「{name}」は評価結果のファイルではありません。evaluate --json で保存したファイル、または結果画面からダウンロードしたファイルを指定してください。",
        "'{name}' is not a stored evaluation. Give the file that evaluate --json wrote, or one downloaded from the result page.",
    ),
    "error.replay_no_options": (
        "この評価結果(dualcore {version})には実行条件が記録されていないため、再現できません。現在の版で評価し直してください。",
        "This evaluation (dualcore {version}) does not record its options and cannot be replayed. Evaluate the data again with this version.",
    ),
    "error.replay_other_data": (
        "「{name}」は評価に使ったデータと一致しません(記録 {stored}、今回 {found})。同じファイルを指定してください。テスト用ファイルを使った場合は --test も必要です。",
        "'{name}' is not the data of this evaluation (recorded {stored}, found {found}). Give the same file, and --test if a test file was used.",
    ),
}
