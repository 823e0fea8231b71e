"""What the demo datasets are and which business question each of them asks.

``data/make_demo.py`` copies these sentences into ``data/catalogue.json``.
"""

WORDS: dict[str, tuple[str, str]] = {
    "demo.wine_ja.title": ("ワインの品種判別", "Wine: tell the cultivar"),
    "demo.wine_ja.question": (
        "成分分析の値から、ワインのぶどう品種を判別できるか。",
        "Can the grape cultivar of a wine be told from its chemical analysis?",
    ),
    "demo.wine_ja.about": (
        "公開データ。178本、成分13項目、3品種。列名は日本語です。",
        "Public data: 178 wines, 13 measurements, 3 cultivars; the column names are Japanese.",
    ),
    "demo.breast_cancer.title": ("乳腺腫瘤の良性・悪性判定", "Breast mass: benign or malignant"),
    "demo.breast_cancer.question": (
        "細胞核の計測値から、腫瘤の良性・悪性を判定できるか。",
        "Can benign and malignant breast masses be told apart from measurements of cell nuclei?",
    ),
    "demo.breast_cancer.about": (
        "公開データ。569例、計測値30項目。診断には使えません。",
        "Public data: 569 cases, 30 measurements. Not for diagnosis.",
    ),
    "demo.breast_cancer_permuted.title": (
        "対照データ:乳腺腫瘤(ラベルを無作為に並べ替え)",
        "Control: breast mass with LABELS PERMUTED",
    ),
    "demo.breast_cancer_permuted.question": (
        "答えを無作為に入れ替えたデータに対して、正しく「手がかりなし」と判断できるか。",
        "Is data whose answers were shuffled at random correctly judged to hold no signal?",
    ),
    "demo.breast_cancer_permuted.about": (
        "検証用。入力は「乳腺腫瘤」と同じで、答えだけを無作為に並べ替えています。学べることは何もありません。",
        "For checking: the same inputs as the breast mass demo, with only the answers shuffled. There is nothing to learn.",
    ),
    "demo.diabetes.title": ("糖尿病の1年後の進行度予測", "Diabetes: progression after one year"),
    "demo.diabetes.question": (
        "初診時の検査値から、1年後の糖尿病の進行度をどこまで予測できるか。",
        "How well can the progression of diabetes after one year be predicted from baseline measurements?",
    ),
    "demo.diabetes.about": (
        "公開データ。患者442人、10項目の数値予測。医療判断には使えません。",
        "Public data: 442 patients, 10 inputs, a number to predict. Not for medical decisions.",
    ),
    "demo.digits_images.title": ("手書き数字の読み取り(画像ZIP)", "Handwritten digits (zip of images)"),
    "demo.digits_images.question": (
        "手書き数字の画像を、自動で読み取れるか。",
        "Can images of handwritten digits be read automatically?",
    ),
    "demo.digits_images.about": (
        "公開データ。8×8画素の画像1,000枚を、数字ごとのフォルダーに分けたZIPファイルです。",
        "Public data: 1,000 images of 8×8 pixels, zipped in one folder per digit.",
    ),
    "demo.digits.title": ("手書き数字の読み取り(検証データ付きnpz)", "Handwritten digits (npz with test data)"),
    "demo.digits.question": (
        "手書き数字の読み取り精度は、別に取り分けた検証データでも保たれるか。",
        "Does the accuracy of reading handwritten digits hold on test data kept apart?",
    ),
    "demo.digits.about": (
        "公開データ。8×8画素の画像1,797枚のうち、500枚を検証用に取り分けています。",
        "Public data: 1,797 images of 8×8 pixels, of which 500 are kept apart for testing.",
    ),
    "demo.vibration_synthetic.title": ("設備の振動診断(合成データ)", "Machine vibration (SYNTHETIC)"),
    "demo.vibration_synthetic.question": (
        "振動データから、設備の異常の種類を見分けられるか。",
        "Can the kind of machine fault be told from vibration data?",
    ),
    "demo.vibration_synthetic.about": (
        "実測ではなく計算で作った合成データ。正常・アンバランス・軸受損傷・ゆるみの4種類、600波形です。",
        "Computed, not measured: 600 signals of four kinds (normal, imbalance, bearing damage, looseness).",
    ),
}
