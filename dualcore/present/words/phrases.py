"""What a presenter can say on each slide, and the board's likely questions with answers. Figures arrive formatted."""

WORDS: dict[str, tuple[str, str]] = {
    # the question
    "phrases.question.goal": (
        "この案件で確かめたいのは、{rows} 件のデータから「{target}」をどこまで予測できるか、です。目標は{metric} {goal}、届いたときの価値は{value}と見込んでいます。",
        "The question is how well “{target}” can be predicted from {rows} rows of data. The goal is {metric} {goal}; reaching it is taken to be worth {value}.",
    ),
    "phrases.question.open": (
        "この案件で確かめたいのは、{rows} 件のデータから「{target}」をどこまで予測できるか、です。目標はまだ決まっていないため、仮に{metric} {goal} と置きました。届いたときの価値は{value}と見込んでいます。",
        "The question is how well “{target}” can be predicted from {rows} rows of data. No goal has been set, so {metric} {goal} is assumed; reaching it is taken to be worth {value}.",
    ),
    "phrases.question.staged": (
        "本格的な開発の前に、まず最終層だけを学習して見通しを確かめました。評価にかかった時間は {time} です。結果を見ながら一段ずつ投資を広げる進め方です。",
        "Before any development we trained the last layer only, to see how promising this is; the evaluation took {time}. Investment widens one stage at a time, as the results allow.",
    ),
    # the verdict
    "phrases.verdict.adopt": (
        "結論は、最終層のみでの採用です。中間層は学習させずに、{metric} {measured}を得ました。目標は {goal} です。",
        "The answer is to adopt. Without training any hidden layer, {metric} came to {measured}; the goal is {goal}.",
    ),
    "phrases.verdict.simple": (
        "結論は採用ですが、使うのは{name}です。{metric}は {simple}で、最終層だけのネットワークは {measured}でした。ネットワークは必要ありません。",
        "The answer is to adopt, but a simple model: {name}. It scores {simple} in {metric}; the network's last layer {measured}. No network is needed.",
    ),
    "phrases.verdict.re-evaluate": (
        "結論は再評価です。最終層だけの{metric}は {measured}、目標は {goal} です。この数字だけで投資を決めるのは早く、先に小さな費用で確かめることを提案します。",
        "The answer is to re-evaluate. The last layer alone gives {metric} {measured}; the goal is {goal}. That is too little to invest on: we propose to find out more first, at small cost.",
    ),
    "phrases.verdict.stop": (
        "結論は見送りです。最終層だけの{metric}は {measured}、目標は {goal} です。早い段階で分かったので、本格投資の{avoided}を使わずに済みます。",
        "The answer is to stop. The last layer alone gives {metric} {measured}; the goal is {goal}. Because this is known early, {avoided} of full investment need not be spent.",
    ),
    "phrases.verdict.no_signal": (
        "結論は見送りです。最終層だけの{metric}は {measured}で、正解を無作為に入れ替えても {low}–{high} になります。偶然と区別できる関係は見つかりませんでした。",
        "The answer is to stop. The last layer alone gives {metric} {measured}, and with the answers shuffled at random it gives {low} to {high}: no relation could be told from chance.",
    ),
    "phrases.verdict.invest": (
        "結論は、中間層の調整へ進むことです。最終層だけの{metric}は {measured}、目標は {goal} です。中間層まで学習させれば届く見込みは {chance} です。",
        "The answer is to go on to the hidden layers. The last layer alone gives {metric} {measured}; the goal is {goal}. With the hidden layers trained, the chance of reaching it is {chance}.",
    ),
    "phrases.verdict.confidence": (
        "信頼度は {confidence} です。後から見てこの判定が正しかったと分かる確率の見積もりです。",
        "Confidence is {confidence}: the estimated probability that hindsight will agree.",
    ),
    "phrases.verdict.limits": (
        "言えるのは、このデータとこの構成では、ということまでです。課題そのものが解けないという意味ではありません。",
        "This holds for these data and this architecture. It does not say that the problem itself cannot be solved.",
    ),
    # reasons
    "phrases.reasons.1": ("まず、{reason}", "First: {reason}"),
    "phrases.reasons.2": ("次に、{reason}", "Second: {reason}"),
    "phrases.reasons.3": ("さらに、{reason}", "Third: {reason}"),
    # money
    "phrases.money.full": (
        "本格投資まで進む場合の費用は{cost}、目標に届く見込みは {chance}、差引の期待値は{net}です。",
        "Going all the way to full investment costs {cost}, reaches the goal with a chance of {chance}, and is expected to net {net}.",
    ),
    "phrases.money.avoided": (
        "今回の推奨に従えば、本格投資の{avoided}を使わずに済みます。",
        "Following the recommendation leaves {avoided} of full investment unspent.",
    ),
    "phrases.money.chosen": (
        "推奨する「{decision}」の費用は{cost}、目標に届く見込みは {chance}、差引の期待値は{net}です。",
        "The recommended course, “{decision}”, costs {cost}, reaches the goal with a chance of {chance}, and is expected to net {net}.",
    ),
    "phrases.money.stop": ("見送れば、これ以上の費用はかかりません。", "Stopping here costs nothing more."),
    "phrases.money.dearer": (
        "期待値だけを見れば「{best}」({net})が上です。推奨は、後から見て正しい確率で選んでいます。",
        "By expected value alone, “{best}” ({net}) would come first; the recommendation goes by the probability of being right.",
    ),
    "phrases.money.plan": (
        "計画は {days} 営業日、関門をすべて通れば{cost}です。途中で止まる場合を含めた平均の支出は{expected}、差引は平均{net}(スコアの誤差により{low}から{high})、損失で終わる確率は {loss} です。",
        "The plan takes {days} working days and {cost} if every gate is passed. Early stops counted in, it spends {expected} on average and nets {net} ({low} to {high}, by the error of the score); the chance of a loss is {loss}.",
    ),
    "phrases.money.know": (
        "決める前に「{stage}」で確かめる価値は{sample}({low}から{high})、費用は{cost}です。",
        "Finding out more first ({stage}) is worth {sample} ({low} to {high}) and costs {cost}.",
    ),
    "phrases.money.basis": (
        "達成の価値を{value}、開発者の一日を{day}とした試算です。前提を変えて、その場で試算し直せます。",
        "All of this rests on a worth of {value} and {day} an engineering day; other figures can be tried on the spot.",
    ),
    # coverage
    "phrases.coverage.signal": (
        "乱数で初期化しただけの表現は、もともと多様な特徴を持っています。主要な {k} 方向だけで予測対象の {power} を捉えました。正解を入れ替えた場合は {null} までです。",
        "A random initialisation already holds many features. Its {k} leading directions capture {power} of the target; with shuffled answers it would be {null} at most.",
    ),
    "phrases.coverage.nothing": (
        "乱数で初期化した表現は、予測対象を偶然以上には捉えていません。主要な {k} 方向で {power}、正解を入れ替えた場合は {null} までです。",
        "The random initialisation captures no more of the target than chance: {power} in its {k} leading directions, against up to {null} with shuffled answers.",
    ),
    "phrases.coverage.shares": (
        "内訳の推定は、説明できた部分 {explained}、データを増やして埋まる部分 {data_gap}、別の表現が要る部分 {coverage_gap}、雑音 {noise} です。",
        "By estimate, {explained} is explained, {data_gap} would come with more data, {coverage_gap} needs another representation, and {noise} is noise.",
    ),
    "phrases.coverage.unreliable": (
        "この件数では、内訳は参考にとどまります。",
        "With this many rows the split is a rough guide only.",
    ),
    "phrases.coverage.coverage_gap": (
        "不足の主な原因は、初期の表現が捉えていない、このデータ特有の構造です。",
        "What is missing is mainly a structure of these data that the initial representation does not see.",
    ),
    "phrases.coverage.tune": (
        "中間層の調整を検討する根拠は、ここにあります。",
        "That is the case for tuning hidden layers.",
    ),
    "phrases.coverage.not_now": (
        "ただし、推奨する進め方では、いまそこに投資しません。",
        "Even so, the recommended course puts no money there now.",
    ),
    "phrases.coverage.data_gap": (
        "不足の主な原因はデータの量で、特有の構造ではありません。",
        "What is missing is mainly data, not another representation.",
    ),
    "phrases.coverage.noise": (
        "不足の主な原因は雑音で、中間層を調整しても埋まりません。",
        "What is missing is mainly noise, which no tuning will recover.",
    ),
    "phrases.coverage.open": (
        "不足の主な原因がどれかは、この件数では区別できません。中間層への投資は、再評価や段階調整で確かめてからにします。",
        "Which of these is the main gap cannot be told from this many rows; hidden layers are tuned only once a later stage has shown the need.",
    ),
    # risk
    "phrases.risk.change": ("この判定が変わるのは、次の場合です。{changes}。", "The verdict would change with: {changes}."),
    "phrases.risk.test": (
        "評価に使わなかったテストデータでの{metric}は {test}でした。",
        "On test data that no part of the evaluation used, {metric} was {test}.",
    ),
    "phrases.risk.no_test": (
        "未使用のテストデータでの確認は、まだ行っていません。",
        "It has not been checked on unused test data yet.",
    ),
    "phrases.risk.record": (
        "公開データでの検証では、「{decision}」の判定の {share}(90 % 区間 {low}–{high})が後から見て正しいものでした。",
        "In the backtest on public data, {share} of the verdicts “{decision}” were right in hindsight (90 % interval {low} to {high}).",
    ),
    "phrases.risk.never": (
        "公開データでの検証では「{decision}」の判定が一度も出ていません。どれだけ当たるかは、まだ分かっていません。",
        "The verdict “{decision}” was never given in the backtest on public data: how often it is right is not known yet.",
    ),
    # the next gate
    "phrases.next.decided": (
        "この評価については、{date} に {who} が「{action}」と判断しています。",
        "On {date}, {who} decided on this evaluation: {action}.",
    ),
    "phrases.next.override": (
        "推奨は「{recommended}」でした。理由は「{reason}」です。",
        "The recommendation was {recommended}. The reason given: “{reason}”",
    ),
    "phrases.next.conditions": ("条件は「{conditions}」です。", "On condition: “{conditions}”"),
    "phrases.next.review": ("次回の確認日は {date} です。", "The next review is on {date}."),
    "phrases.next.ask": (
        "本日お願いしたいのは、「{decision}」とする判断です。{next}",
        "Today we ask for the decision “{decision}”. {next}",
    ),
    "phrases.next.cost": ("費用の目安は{cost}です。", "The rough cost is {cost}."),
    "phrases.next.free": ("追加の費用はかかりません。", "There is no further cost."),
    "phrases.next.gate": (
        "最初の関門は {day} 日目で、そこまでの支出は{spent}です。通過する見込みは {passes} です。{stop}。",
        "The first gate comes on day {day}, with {spent} spent; the chance of passing it is {passes}. The rule there: {stop}.",
    ),
    "phrases.next.record": (
        "判断は理由とともに記録されます。推奨と異なる判断も選べます。",
        "The decision goes on record with its reason; it may differ from the recommendation.",
    ),
    "phrases.questions.lead": (
        "想定されるご質問に、この評価の数字でお答えします。",
        "The questions we expect, answered from this evaluation.",
    ),
    # the board's questions
    "phrases.over": ("99 % 超", "over 99 %"),
    "phrases.under": ("1 % 未満", "under 1 %"),
    "phrases.join": ("、または", "; or "),
    "ask.more_data": ("データをもっと集めれば済むのではないか", "Why not simply more data?"),
    "answer.more_data.reaches": (
        "集める価値があります。{rows} 件に増やすと{metric}は {doubled}と推定され、目標 {goal} に届く見込みです。現在は {measured}です。",
        "It is worth it: with {rows} rows, {metric} is estimated at {doubled}, which reaches the goal {goal}; now it is {measured}.",
    ),
    "answer.more_data.misses": (
        "{rows} 件に増やしても{metric}の推定は {doubled}で、目標 {goal} には届かない見込みです。現在は {measured}です。",
        "Even with {rows} rows, {metric} is estimated at {doubled}, short of the goal {goal}; now it is {measured}.",
    ),
    "answer.more_data.enough": (
        "目標 {goal} には現在の {measured}で届いています。{rows} 件に増やした場合の推定は {doubled}です。",
        "The goal {goal} is reached with the present {measured}; with {rows} rows the estimate is {doubled}.",
    ),
    "answer.more_data.needed": (
        "目標に必要な件数の推定は約 {needed} 件({low}–{high} 件)です。",
        "The goal is estimated to need about {needed} rows ({low} to {high}).",
    ),
    "answer.more_data.unfitted": (
        "増やした場合の効果は、この学習曲線からは推定できませんでした。{rows} 件までの測定で{metric}は {measured}、目標は {goal} です。",
        "The learning curve does not allow a forecast. Up to {rows} rows, {metric} came to {measured}; the goal is {goal}.",
    ),
    "ask.bigger_model": ("もっと大きなモデルや全体の学習なら、届くのではないか", "Why not a bigger model, trained in full?"),
    "answer.bigger_model.course": (
        "本格投資で目標に届く見込みは {chance}、費用は{cost}、差引の期待値は{net}です。",
        "Full investment reaches the goal with a chance of {chance}, costs {cost} and is expected to net {net}.",
    ),
    "answer.bigger_model.probe": (
        "全層を短時間だけ学習させた試行では、{metric}の改善は {gain}({interval})でした。",
        "A short trial with all layers trained changed {metric} by {gain} ({interval}).",
    ),
    "answer.bigger_model.no_probe": (
        "全層を学習させた場合の効果は、この評価では測っていません。",
        "What training all layers would add was not measured in this evaluation.",
    ),
    "answer.bigger_model.candidates": (
        "同じデータで比べた構成の中では、{name}の {score}が最も良い成績でした。",
        "Of the architectures compared on the same rows, {name} came out best with {score}.",
    ),
    "ask.how_sure": ("この結論は、どれくらい確かなのか", "How sure is this?"),
    "answer.how_sure.signal": (
        "信頼度は {confidence} です。{metric}は {measured}で、偶然なら {low}–{high} にとどまります({p})。",
        "Confidence is {confidence}. The score ({metric}) is {measured}, where chance gives {low} to {high} ({p}).",
    ),
    "answer.how_sure.no_signal": (
        "信頼度は {confidence} です。{metric}は {measured}、偶然でも {low}–{high} になり、区別できません({p})。",
        "Confidence is {confidence}. The score ({metric}) is {measured} and chance alone gives {low} to {high}; the two cannot be told apart ({p}).",
    ),
    "answer.how_sure.low": (
        "信頼度が低いので、今日は投資を決めず、確かめる段階を挟みます。",
        "Since confidence is low, we do not invest today but find out more first.",
    ),
    "ask.do_nothing": ("何もしなければ、どうなるのか", "What if we do nothing?"),
    "answer.do_nothing.loses": (
        "費用はかかりませんが、「{decision}」の差引の期待値{net}(目標に届く見込み {chance})を手放すことになります。",
        "Nothing is spent, but the expected net value of “{decision}”, {net}, is given up (chance of reaching the goal: {chance}).",
    ),
    "answer.do_nothing.advised": (
        "それが今回の推奨です。進んだ場合に最も有利な「{decision}」でも、目標に届く見込みは {chance}、差引の期待値は{net}です。",
        "That is the recommendation. Even the best way forward, “{decision}”, reaches the goal with a chance of {chance} and is expected to net {net}.",
    ),
    "ask.track": ("この方法の判定は、これまで当たってきたのか", "How have such verdicts turned out so far?"),
    "answer.track.public": (
        "公開データ {datasets} 種、{judged} 回の判定のうち {share}(90 % 区間 {low}–{high})が、後から見て正しいものでした。",
        "On {datasets} public datasets, {share} of {judged} verdicts were right in hindsight (90 % interval {low} to {high}).",
    ),
    "answer.track.decision": (
        "「{decision}」に限ると {share}({low}–{high})です。",
        "For “{decision}” alone it is {share} ({low} to {high}).",
    ),
    "answer.track.never": (
        "「{decision}」は一度も出ておらず、当たる割合は分かっていません。",
        "“{decision}” was never given, so its hit rate is unknown.",
    ),
    "answer.track.own": (
        "当社では、結果が分かった判断 {known} 件のうち、推奨が正しかったのは {right} 件です。",
        "In our own company the recommendation was right in {right} of the {known} decisions whose outcome is known.",
    ),
    "answer.track.own_none": (
        "当社では、結果まで分かった判断がまだありません。",
        "Our own company has no decision yet whose outcome is known.",
    ),
    "ask.why_random": ("乱数で初期化しただけのネットワークを、なぜ信用できるのか", "Why trust a random network?"),
    "answer.why_random.chance": (
        "学習した最終層は、採点する行を使わずに評価しています。{metric}は {measured}、正解を入れ替えると {low}–{high} です。",
        "The last layer is trained, and scored on rows it did not see: {metric} {measured}, against {low} to {high} with shuffled answers.",
    ),
    "answer.why_random.no_signal": (
        "信用しすぎないことが大切です。{metric}は {measured}で、正解を入れ替えた {low}–{high} と区別できません。別の表現なら見える可能性は残ります。",
        "It should not be trusted too far: {metric} {measured} cannot be told from the {low} to {high} of shuffled answers. Another representation may still see more.",
    ),
    "answer.why_random.seeds": (
        "初期化を {n} 通り変えても、スコアは {least}–{most} でした。",
        "Over {n} different initialisations the score ranged from {least} to {most}.",
    ),
    "answer.why_random.kernel": (
        "幅 {width} で、理論上の極限との差が 5 % になる見込みです。",
        "At a width of {width} it lies within 5 % of its theoretical limit.",
    ),
    "ask.wrong": ("判断を誤ったら、何を失うのか", "What does it cost to be wrong?"),
    "answer.wrong.course": (
        "「{decision}」に進んで届かなければ、失うのは費用の{cost}まで、届かない確率は {miss} です。",
        "If “{decision}” does not reach the goal, at most its cost of {cost} is lost; the chance of that is {miss}.",
    ),
    "answer.wrong.plan": (
        "計画どおり関門で止めれば、平均の支出は{expected}、損失で終わる確率は {loss}、10 回中 9 回は差引{low}から{high}の間です。",
        "Stopping at the gates, spending averages {expected}, the chance of a loss is {loss}, and in nine of ten cases the net lies between {low} and {high}.",
    ),
    "answer.wrong.stop": (
        "見送りが誤りだった場合に失うのは、届いていたはずの価値{value}です。最も有利な道でも、届く確率は {chance} と見ています。",
        "If stopping is wrong, the worth of the goal, {value}, is missed; even the best course is given a chance of {chance}.",
    ),
    "answer.wrong.reversible": (
        "評価結果は残るため、条件が変われば測り直さずに判定し直せます。",
        "The evidence is kept: should the terms change, it is judged again without measuring anew.",
    ),
    "ask.simple": ("もっと単純なモデルでは足りないのか", "Is a simple model enough?"),
    "answer.simple.enough": (
        "足ります。{name}は {score}で目標 {goal} に届き、ネットワークの上積みは {gain}({interval})です。",
        "Yes: with {name} the score is {score}, which reaches the goal {goal}; the network adds {gain} ({interval}).",
    ),
    "answer.simple.reaches": (
        "{name}は {score}で目標 {goal} に届きます。ネットワークの上積みは {gain}({interval})です。",
        "With {name} the score is {score}, which reaches the goal {goal}; the network adds {gain} ({interval}).",
    ),
    "answer.simple.misses": (
        "{name}は {score}で、目標 {goal} に届きません。ネットワークの上積みは {gain}({interval})です。",
        "With {name} the score is {score}, which misses the goal {goal}; the network adds {gain} ({interval}).",
    ),
    "answer.simple.none": (
        "比較できる単純なモデルが、このデータでは計算できませんでした。",
        "No simple model could be computed on these data for comparison.",
    ),
    "answer.simple.cost": (
        "学習にかかった時間は {time} です。",
        "It took {time} to train.",
    ),
    "ask.goal": ("目標の値は、どう決めたのか", "Where does the goal come from?"),
    "answer.goal": (
        "目標が指定されていないため、測定した最良の成績から、意味のある最小の改善 {gain} を差し引いた水準などをもとに {goal} と仮定しました。目標を決めれば、同じ評価のまま判定し直せます。",
        "None was set; {goal} is assumed from the best level measured, less the smallest improvement that matters ({gain}). Once a goal is set, the same evidence is judged again.",
    ),
    "ask.doubt": ("成績が良すぎるのではないか", "Is this too good to be true?"),
    "answer.doubt": (
        "その可能性があります。{caution}",
        "It may be. {caution}",
    ),
    "ask.special": ("当社のデータは特殊なのではないか", "Are our data special?"),
    "answer.special": (
        "予測対象のうち、初期の表現が捉えていない再現性のある部分は {coverage_gap}、説明できた部分は {explained} と推定しています。",
        "By estimate, {coverage_gap} of the target is reproducible but missed by the initial representation; {explained} is explained.",
    ),
    "ask.architecture": ("なぜこの構成なのか", "Why this architecture?"),
    "answer.architecture": (
        "同じデータで {n} 通りを比べ、{name}を選びました。成績は {score}、次点は{other}の {second}です。",
        "{n} were compared on the same rows; {name} was taken with {score}. Next came {other} with {second}.",
    ),
    "answer.architecture.relu": (
        "活性化関数には、理論上の安定性が知られている ReLU を使っています。",
        "Its activation is ReLU, a sound first choice whose stability is backed by theory.",
    ),
}
