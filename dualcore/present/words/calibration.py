"""Calibration of the class probabilities."""

WORDS: dict[str, tuple[str, str]] = {
    "result.tab.calibration": ("確率の確かさ", "Probabilities"),
    "result.no_calibration": (
        "確率の確かさは、分類で 50 行以上のデータがあるときに表示します。",
        "How far probabilities can be trusted is shown for classification with at least 50 rows.",
    ),
    "figure.calibration.exact": (
        "予測確率はおおむね実際の正解率どおりです(ずれの平均 {error} ポイント、90 % 区間 {low}–{high})。",
        "Probabilities are about right: off by {error} percentage points on average (90 % interval {low} to {high}).",
    ),
    "figure.calibration.off": (
        "予測確率は実際の正解率から平均 {error} ポイントずれています(90 % 区間 {low}–{high}、偶然なら {chance} まで)。確率をそのまま判断に使わないでください。",
        "Probabilities are off by {error} percentage points on average (90 % interval {low} to {high}; chance alone reaches {chance}). Do not act on them as they stand.",
    ),
    "figure.calibration.alt": (
        "予測した確率と実際の正解率の対応。{rows} 行、ずれの平均 {error} ポイント。",
        "Stated probability against how often the prediction was right: {rows} rows, off by {error} percentage points on average.",
    ),
    "figure.calibration.read": (
        "点が破線に近いほど、確率は言葉どおりです。確率の作り方ごとのずれ(ポイント): {methods}。いずれも調整に使っていない行で測りました。",
        "The closer the dots are to the dashed line, the more a probability means what it says. Error of each way to make them, in points: "
        "{methods}. All were measured on rows that took no part in the fitting.",
    ),
    "figure.calibration.method": ("{name} {error}({low}–{high})", "{name} {error} ({low} to {high})"),
    "figure.calibration.ideal": ("確率どおり", "exactly as stated"),
    "figure.calibration.x": ("予測した確率", "stated probability"),
    "figure.calibration.y": ("実際に正しかった割合", "share that was right"),
    "calibration.prevalidated": ("除外予測で温度を調整(採用)", "temperature from left-out scores (in use)"),
    "calibration.split": ("分割した行で温度を調整", "temperature from a split"),
    "calibration.none": ("調整なし", "no calibration"),
}
