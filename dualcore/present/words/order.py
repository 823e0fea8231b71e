"""Whether the order of the rows in the file matters."""

WORDS: dict[str, tuple[str, str]] = {
    "note.order_drift": (
        "行の並び順によってデータの傾向が変わっています(前半と後半の判別 AUC {auc})。無作為に分けた評価は {random}、並び順に区切った評価は {ordered} です。"
        "並びが時間順であれば後者が実際に近い値です。時間の列を指定して評価し直してください。",
        "The data change along the rows of the file (early against late, AUC {auc}). A random split scores {random}, leaving out "
        "stretches of the file {ordered}. If the rows are in time order, expect the latter: name the time column and evaluate again.",
    ),
    "note.order_seen": (
        "ファイルの前半と後半は入力の傾向が異なります(判別 AUC {auc})。並び順に区切っても評価は下がらないため、結果への影響は認められません。",
        "Early and late rows of the file differ in their inputs (AUC {auc}). Leaving out stretches of the file does not lower the score, so the result stands.",
    ),
}
