"""Stage 2: names of candidates, the page, its pictures, the command line."""

WORDS: dict[str, tuple[str, str]] = {
    "nav.reevaluate": ("再評価", "Re-evaluation"),
    "job.step.reevaluate_prepare": ("候補を準備しています", "Preparing the candidates"),
    "job.step.reevaluate_1": ("第 1 ラウンド: 全候補を少ない行数で比べています", "Round 1: all candidates on few rows"),
    "job.step.reevaluate_2": ("第 2 ラウンド: 残った候補を行数を増やして比べています", "Round 2: those left, on more rows"),
    "job.step.reevaluate_3": ("最終ラウンド: 残った候補を最も多い行数で比べています", "Last round: those left, on most rows"),
    "job.step.reevaluate_correct": ("選んだことによる上振れを補正しています", "Correcting for the choice of the best"),
    "error.too_few_to_compare": (
        "データが {rows} 行しかないため、候補を比べられません。{least} 行以上にしてください。",
        "{rows} rows are too few to compare candidates. Bring at least {least}.",
    ),
    # candidates: one change each
    "variant.present": ("現在の構成({skeleton})", "present choice ({skeleton})"),
    "variant.skeleton": ("{value}", "{value}"),
    "variant.bias_share": ("バイアスの割合 {value}", "bias share {value}"),
    "variant.activation": ("活性化関数 {value}", "activation {value}"),
    "variant.window": ("窓の幅 {value}", "window of {value}"),
    "variant.cells": ("平均する区画 {value}", "{value} pooling cells"),
    "variant.width": ("ランダム特徴 {value} 個", "{value} random features"),
    "variant.seed": ("別の乱数(シード {value})", "another draw (seed {value})"),
    "variant.orthogonal": ("直交初期化", "orthogonal initialisation"),
    "variant.inputs": ("{value}", "{value}"),
    "variant.of": ("{skeleton}・{change}", "{skeleton}, {change}"),
    "variant.view.ranks": ("入力を順位に変換", "inputs as ranks"),
    "variant.view.whitened": ("入力を白色化", "inputs whitened"),
    "variant.view.unit_contrast": ("1 件ごとに標準化", "each example standardised"),
    "variant.view.differences": ("差分を入力に追加", "differences added"),
    "skeleton.fc5": ("全結合 5 層", "Fully connected, 5 layers"),
    # what is varied, and why
    "variant.group.architecture": ("構成", "Architecture"),
    "variant.group.settings": ("層の設定", "Layer settings"),
    "variant.group.initialisation": ("初期化と幅", "Initialisation and width"),
    "variant.group.inputs": ("入力の前処理", "Preparation of inputs"),
    "variant.why.architecture": ("別の骨組みのほうがデータに合うか", "whether another frame suits the data better"),
    "variant.why.settings": ("同じ骨組みで、信号の伝わり方を変えるとどうなるか", "what another flow of signals does in the same frame"),
    "variant.why.initialisation": ("結果が乱数や幅に左右されていないか", "whether the result hangs on random numbers or width"),
    "variant.why.inputs": ("入力の見せ方で変わるか", "whether another view of the inputs helps"),
    # page, before
    "reevaluate.title": ("構成や初期化を変えると良くなるかを、小さく比べます", "Would another architecture or initialisation do better?"),
    "reevaluate.lead": (
        "現在の構成({name})を基準に、一か所だけ変えた候補を同じ行で比べます。少ない行数で始め、見込みの薄い候補を落としながら行数を増やします。",
        "Candidates that differ from the present choice ({name}) in one thing are compared on the same rows: few rows first, "
        "then more rows for those that remain.",
    ),
    "reevaluate.candidates": ("比べる候補は {n} 件です", "{n} candidates are compared"),
    "reevaluate.plan.cost": ("費用", "Cost"),
    "reevaluate.plan.honest": ("補正", "Correction"),
    "reevaluate.plan.cost_text": (
        "最大 {rows} 行、計算時間の目安 {time}、計算費用 {cost} 程度", "at most {rows} rows, about {time}, computing about {cost}",
    ),
    "reevaluate.plan.cost_unknown": ("最大 {rows} 行、計算時間の目安は数分", "at most {rows} rows, some minutes"),
    "reevaluate.plan.honest_text": (
        "多くの候補から最良を選ぶと、値は偶然で高めに出ます。その上振れを見積もり、差し引いて示します。",
        "The best of many looks better than it is. That excess is estimated, subtracted and shown.",
    ),
    "reevaluate.start": ("再評価を始める", "Start the re-evaluation"),
    "reevaluate.again": ("もう一度比べる", "Compare again"),
    "reevaluate.rows": ("最終ラウンドの行数(最大)", "Rows of the last round (at most)"),
    "reevaluate.no_evaluation.title": ("先に最終層の評価が必要です", "The last layer comes first"),
    "reevaluate.no_evaluation.text": (
        "再評価は、最終層だけの評価で選ばれた構成を基準に行います。", "A re-evaluation starts from the architecture that stage 1 evaluated.",
    ),
    "reevaluate.no_evaluation.button": ("最終層の評価へ進む", "Go to stage 1"),
    "reevaluate.running": ("候補を比べています", "The candidates are being compared"),
    "reevaluate.running_lead": ("この画面を閉じても計算は続きます。", "You can close this page; the work goes on."),
    "reevaluate.older": (
        "この比較は、以前の評価の構成を基準にしています。最新の評価を基準にするには、もう一度比べてください。",
        "This comparison starts from an earlier evaluation. Compare again to start from the newest.",
    ),
    "reevaluate.busy": ("この案件では別の計算が実行中です", "Another job of this project is running"),
    # page, after
    "reevaluate.answer.keep": (
        "現在の構成を続けてください。{n} 候補を比べましたが、変更に見合う改善は見つかりませんでした",
        "Keep the present architecture: none of {n} candidates brings a gain worth changing for",
    ),
    "reevaluate.answer.switch": (
        "「{name}」への変更をお勧めします。補正後も {gain} の改善が見込めます",
        "Switch to “{name}”: a gain of {gain} remains after the correction",
    ),
    "reevaluate.answer.undecided": (
        "まだ決められません。「{name}」は有望ですが、偶然の可能性が残ります",
        "Not decided yet: “{name}” looks promising, but chance is not ruled out",
    ),
    "reevaluate.badge.keep": ("現状維持", "Keep"),
    "reevaluate.badge.switch": ("変更を推奨", "Switch"),
    "reevaluate.badge.undecided": ("未確定", "Undecided"),
    "reevaluate.why.keep": (
        "補正後の差 {gain} は、意味のある最小の改善 {minimum} に届きません。",
        "The corrected gain of {gain} is below the smallest that matters, {minimum}.",
    ),
    "reevaluate.why.keep_open": (
        "補正後の差 {gain} は、意味のある最小の改善 {minimum} に届きません。ただし {high} までの改善は否定できません。",
        "The corrected gain of {gain} is below the smallest that matters, {minimum}. A gain of up to {high} cannot be ruled out.",
    ),
    "reevaluate.why.switch": (
        "補正後の差は意味のある最小の改善 {minimum} 以上で、区間の下限 {low} も 0 を上回ります。",
        "The corrected gain is at least the smallest that matters, {minimum}, and the lower end of its interval, {low}, is above zero.",
    ),
    "reevaluate.why.undecided": (
        "補正後の差 {gain} は意味のある最小の改善 {minimum} 以上ですが、区間の下限 {low} が 0 を下回ります。",
        "The corrected gain of {gain} is at least the smallest that matters, {minimum}, but the lower end of its interval, {low}, is not above zero.",
    ),
    "reevaluate.metric.raw": ("最良候補との差(測定値)", "Best candidate's gain, as measured"),
    "reevaluate.metric.raw_note": ("現在 {present} → 候補 {score}", "present {present} → candidate {score}"),
    "reevaluate.metric.optimism": ("選んだことによる上振れ", "Due to choosing the best"),
    "reevaluate.metric.optimism_note": ("{n} 候補から最良を選んだ分", "best of {n} candidates"),
    "reevaluate.metric.corrected": ("補正後の差", "Gain after correction"),
    "reevaluate.metric.help": (
        "{metric} の差です。正の値は候補のほうが良いことを表します。区間は、多くの候補から選んだことを織り込んだ 90 % 区間です。",
        "Difference in {metric}; positive means that the candidate is better. The 90 % interval allows for the choice among many.",
    ),
    "reevaluate.next": ("次の一歩", "Next step"),
    "reevaluate.next.adopt": (
        "「{name}」で最終層の評価をやり直し、全データでの値と判定を確かめます。",
        "Evaluate stage 1 once more with “{name}”: all rows, all evidence, a new verdict.",
    ),
    "reevaluate.next.inputs": (
        "「{name}」はデータの前処理です。ファイルの側で変換してから登録し、評価し直してください。",
        "“{name}” is a preparation of the data. Transform the file, add it as a new version, and evaluate again.",
    ),
    "reevaluate.next.code": (
        "「{name}」は、実装の側で初期化を変える候補です。学習用のコードに取り入れてください。",
        "“{name}” changes the initialisation in code. Take it over into the training pipeline.",
    ),
    "reevaluate.next.keep": ("判定に戻り、現在の構成で次の段階を決めます。", "Return to the verdict and decide on the next stage with the present architecture."),
    "reevaluate.next.more_rows": (
        "{rows} 行あれば決められる見込みです。手元の {available} 行のうち、より多くを使って比べ直します。",
        "About {rows} rows would settle it, if the gain stays what it is. Compare again on more of the {available} rows at hand.",
    ),
    "reevaluate.next.collect": (
        "決めるには {rows} 行ほど必要です(現在 {available} 行)。データを追加してから比べ直してください。",
        "About {rows} rows would settle it ({available} at hand). Add data and compare again.",
    ),
    "reevaluate.next.far": (
        "行数を増やしても、近いうちに決着する見込みはありません。現在の構成で進めてください。",
        "More rows would not settle it any time soon. Go on with the present architecture.",
    ),
    "reevaluate.do.adopt": ("この構成で評価し直す", "Evaluate stage 1 with it"),
    "reevaluate.do.verdict": ("判定へ戻る", "Back to the verdict"),
    "reevaluate.do.data": ("データを追加する", "Add data"),
    "reevaluate.do.transform": ("データを登録し直す", "Add the transformed data"),
    "reevaluate.do.more_rows": ("{rows} 行で比べ直す", "Compare again on {rows} rows"),
    "reevaluate.details": ("詳しい結果", "Details"),
    "reevaluate.tab.rounds": ("勝ち残り", "Rounds"),
    "reevaluate.tab.gains": ("候補ごとの差", "Gains"),
    "reevaluate.tab.table": ("一覧", "Table"),
    "reevaluate.tab.method": ("方法", "Method"),
    "reevaluate.column.candidate": ("候補", "candidate"),
    "reevaluate.column.rows": ("行数", "rows"),
    "reevaluate.column.score": ("評価値", "score"),
    "reevaluate.column.gain": ("差", "gain"),
    "reevaluate.column.low": ("下限(同時)", "lower end (all at once)"),
    "reevaluate.column.high": ("上限", "upper end"),
    "reevaluate.column.round": ("到達ラウンド", "rounds"),
    "reevaluate.column.time": ("計算時間", "time"),
    "reevaluate.method": (
        "- **比べ方**: 逐次半減法(各ラウンドで下位半分を落とし、行数を約 3 倍にする)。行の組は入れ子で、まとまりや時間の順序も最終層の評価と同じに扱います。\n"
        "- **評価値**: 学習に使っていない行での値({split})。どの候補も現在の構成と同じ行で比べます。\n"
        "- **補正後の差**: 行を {draws} 回引き直し、引いた行で最良を選び、残りの行で採点した平均(Tsamardinos ほか 2018)。候補を落とすのに使わなかった {fresh} 行だけで採点します。\n"
        "- **区間の下限**: 全候補に同時に成り立つ下限(最大統計量、標準偏差の {critical} 倍)。どれか一つでも改善を誤って主張する確率は 5 % 以下です(White 2000)。\n"
        "- **調整済み p 値**: {p}\n"
        "- **計算**: {time}、{flops} FLOP、シード {seed}",
        "- **Comparison**: successive halving: each round drops the lower half and takes about three times the rows. Row sets are nested; "
        "rows that belong together or follow in time are treated as in stage 1.\n"
        "- **Score**: on rows that were left out ({split}); every candidate against the present choice on the same rows.\n"
        "- **Corrected gain**: rows are drawn again {draws} times; the best is chosen on the rows drawn and scored on the others "
        "(Tsamardinos et al. 2018), only on the {fresh} rows that dropped no candidate.\n"
        "- **Lower end**: holds for all candidates at once (maximum statistic, {critical} standard deviations): at most 5 % to claim any false gain (White 2000).\n"
        "- **Adjusted p-value**: {p}\n"
        "- **Computation**: {time}, {flops} FLOP, seed {seed}",
    ),
    "reevaluate.split.leave_one_out": ("一つ抜き", "leave-one-out"),
    "reevaluate.split.grouped": ("まとまり単位で抜く", "whole groups left out"),
    "reevaluate.split.time_ordered": ("過去で学習し未来で採点", "trained on the past, scored on the future"),
    # pictures
    "figure.curse.title": (
        "測定した差 {raw} のうち {optimism} は選んだことによる上振れで、残るのは {corrected} です",
        "Of the measured {raw}, {optimism} comes from choosing the best; {corrected} remains",
    ),
    "figure.curse.title_none": ("最良の候補でも、現在の構成を {raw} 下回ります", "Even the best candidate stays {raw} below the present choice"),
    "figure.curse.title_equal": ("最良の候補も、現在の構成と差がありません", "Even the best candidate equals the present choice"),
    "figure.curse.measured": ("測定値", "as measured"),
    "figure.curse.choosing": ("選んだ上振れ", "choosing"),
    "figure.curse.corrected": ("補正後", "corrected"),
    "figure.curse.axis": ("{metric}の差(正が改善)", "gain in {metric} (positive is better)"),
    "figure.curse.minimum": ("破線: 意味のある最小の改善 {value}", "dashed: smallest gain that matters, {value}"),
    "figure.curse.present": ("実線: 現在の構成", "solid: present choice"),
    "figure.curse.alt": (
        "最良候補の差。測定値 {raw}、選んだことによる上振れ {optimism}、補正後 {corrected}({interval})。",
        "Gain of the best candidate: measured {raw}, due to choosing {optimism}, corrected {corrected} ({interval}).",
    ),
    "figure.curse.read": (
        "左は最良の候補と現在の構成との差で、線は候補が一つだけだった場合の 90 % 区間です。多くの候補から最良を選ぶと偶然の分だけ高く出るため、その上振れ(中央)を差し引いたのが右です。右の線は、選んだことを織り込んだ 90 % 区間です。",
        "Left: the best candidate's gain, with the interval it would have as the only candidate. The best of many is partly lucky; "
        "that part (middle) is taken off. Right: what remains, with a 90 % interval that allows for the choice.",
    ),
    "figure.tournament.title": ("{n} 候補のうち {kept} 候補が最終ラウンドに残りました", "{kept} of {n} candidates reached the last round"),
    "figure.tournament.round": ("第 {round} ラウンド<br>{rows} 行", "round {round}<br>{rows} rows"),
    "figure.tournament.hover": ("{name}<br>{rows} 行: {score}(差 {gain})", "{name}<br>{rows} rows: {score} (gain {gain})"),
    "figure.tournament.alt": ("候補の勝ち残り。最終ラウンド: {values}", "Who survived which round. Last round: {values}"),
    "figure.tournament.read": (
        "1 行が 1 候補です。線が右へ伸びるほど長く勝ち残り、数字は同じ行での現在の構成との差です。× はそのラウンドで落ちたことを表します。少ない行数での差は大きくぶれます。",
        "One line per candidate; the further right, the longer it stayed. Numbers are gains over the present choice on the same rows; × marks where it was dropped. Gains on few rows scatter widely.",
    ),
    "figure.gains.title_none": ("現在の構成を確実に上回る候補はありません", "No candidate is better than the present choice beyond doubt"),
    "figure.gains.title_some": ("現在の構成を確実に上回る候補は {n} 件です", "{n} candidates are better than the present choice beyond doubt"),
    "figure.gains.alt": ("候補ごとの差と区間。{values}", "Gains and intervals of the candidates. {values}"),
    "figure.gains.read": (
        "点は最後に残ったラウンドでの差です。左端は全候補に同時に成り立つ下限、右端は 90 % 区間の上限です。線全体が縦の実線(現在の構成)より右にあれば、確かな改善です。薄い点は途中で落ちた候補です。",
        "Dots are gains in the last round reached. The left end holds for all candidates at once, the right end is that of the 90 % interval. A line wholly right of the solid line (present choice) is a sure gain. Pale dots were dropped earlier.",
    ),
    # command line
    "cli.reevaluate.head": ("{name}: {metric}、現在の構成 {present} = {score}、{n} 候補", "{name}: {metric}, present choice {present} = {score}, {n} candidates"),
    "cli.reevaluate.round": ("第 {round} ラウンド: {rows} 行、{entered} → {kept} 候補", "round {round}: {rows} rows, {entered} -> {kept} candidates"),
    "cli.reevaluate.winner": ("最良の候補: {name}", "best candidate: {name}"),
    "cli.reevaluate.gain": (
        "差 {raw}(測定値)− {optimism}(選んだ上振れ)= {corrected}(補正後、90 % 区間 {low}–{high}、調整済み p = {p})",
        "gain {raw} (measured) - {optimism} (choosing) = {corrected} (corrected, 90 % interval {low} to {high}, adjusted p = {p})",
    ),
    "cli.reevaluate.rows": ("決めるには約 {rows} 行が必要です", "about {rows} rows would settle it"),
}
