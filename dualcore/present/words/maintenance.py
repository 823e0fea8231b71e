"""Sentences of backup, restore, verification, and of a store that cannot be written."""

WORDS: dict[str, tuple[str, str]] = {
    "maintenance.backup": (
        "バックアップを作成しました: {name}(記録 {rows} 行、ファイル {files} 個、{size} MB)",
        "Backup written: {name} ({rows} rows, {files} files, {size} MB)",
    ),
    "maintenance.restored": (
        "{when} のバックアップを復元しました(記録 {rows} 行、ファイル {files} 個)。監査記録に異常はありません。",
        "Restored the backup of {when} ({rows} rows, {files} files). The audit trail is sound.",
    ),
    "maintenance.seal": ("監査記録の封印: {seal}", "Seal of the audit trail: {seal}"),
    "maintenance.sound": (
        "異常はありません(監査記録 {lines} 行、ファイル {files} 個を確認)",
        "Sound: {lines} lines of the audit trail and {files} files checked",
    ),
    "maintenance.unsound": (
        "異常があります(監査記録 {lines} 行、ファイル {files} 個を確認)。上の内容を管理者に伝え、バックアップと比べてください。",
        "Not sound ({lines} lines of the audit trail and {files} files checked). Compare what is named above with a backup.",
    ),
    "maintenance.missing": ("ファイル {sha} がありません", "file {sha} is missing"),
    "maintenance.changed": ("ファイル {sha} の内容が書き換えられています", "the content of file {sha} was changed"),
    "maintenance.purged": ("削除から 30 日を過ぎた案件 {n} 件を完全に消去しました", "Projects removed for good: {n}"),
    "error.backup_unreadable": (
        "「{name}」は dualcore のバックアップとして読めません。ファイルが途中で切れていないか確かめてください。",
        "“{name}” cannot be read as a dualcore backup. Check whether the file is complete.",
    ),
    "error.backup_damaged": (
        "バックアップ「{name}」は壊れています。別のバックアップを使ってください。復元先は空に戻してから使用してください。",
        "The backup “{name}” is damaged. Use another one, and empty the installation before you restore again.",
    ),
    "error.restore_not_empty": (
        "復元先に既にデータがあります。上書きはしません。DUALCORE_HOME に空のフォルダ(または空のデータベース)を指定してください。",
        "There is data already; nothing is overwritten. Point DUALCORE_HOME to an empty folder, or to an empty database.",
    ),
    "error.store_full": (
        "保存先のディスクに空きがないため、ファイルを保存できませんでした。保存済みのものは無事です。管理者に連絡してください。",
        "The disk of the file store is full; the file was not stored, and nothing stored before was lost. Tell the administrator.",
    ),
    "error.store_read_only": (
        "保存先に書き込めないため、ファイルを保存できませんでした。保存済みのものは無事です。管理者に連絡してください。",
        "The file store cannot be written; the file was not stored, and nothing stored before was lost. Tell the administrator.",
    ),
}
