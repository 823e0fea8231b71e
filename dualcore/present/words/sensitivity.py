"""Words of the sensitivity of a verdict, and of what more information would be worth."""

WORDS: dict[str, tuple[str, str]] = {
    "sensitivity.heading": ("目標や金額が変わると、判定はどう変わるか", "How the verdict would change with goal and money"),
    "sensitivity.goal_axis": ("目標({metric})", "goal ({metric})"),
    "sensitivity.today": ("今の目標 {goal}", "today's goal {goal}"),
    "sensitivity.strip.between": (
        "目標が {low} から {high} の間なら「{decision}」のまま変わりません",
        "“{decision}” holds for any goal between {low} and {high}",
    ),
    "sensitivity.strip.up": ("目標が {high} を超えると、「{decision}」から「{after}」に変わります", "Above a goal of {high}, “{decision}” turns into “{after}”"),
    "sensitivity.strip.down": ("目標が {low} を下回ると、「{decision}」から「{before}」に変わります", "Below a goal of {low}, “{decision}” turns into “{before}”"),
    "sensitivity.strip.never": ("目標を動かしても「{decision}」のまま変わりません", "No goal in sight changes “{decision}”"),
    "sensitivity.strip.alt": ("目標ごとの判定。{values}", "Verdict by goal. {values}"),
    "sensitivity.strip.part": ("{low}–{high}: {decision}", "{low}–{high}: {decision}"),
    "sensitivity.strip.read": (
        "帯は、目標をその値にしたときの判定です。縦線が今の目標で、境目の数字を越えると判定が変わります。測り直しはせず、同じ評価結果から計算しています。",
        "The band shows the verdict for every goal; the line is today's. Past a printed boundary the verdict changes. Nothing is measured again: the same evidence is judged.",
    ),
    "sensitivity.map.axis_invest": ("本格投資の費用", "cost of full investment"),
    "sensitivity.map.axis_value": ("目標に届いたときの価値", "worth of reaching the goal"),
    "sensitivity.map.pick": ("横軸", "Across"),
    "sensitivity.map.both": (
        "今の目標では、{amount}が {low} を下回るか {high} を上回ると判定が変わります",
        "At today's goal the verdict changes if the {amount} falls below {low} or rises above {high}",
    ),
    "sensitivity.map.low": ("今の目標では、{amount}が {low} を下回ると判定が変わります", "At today's goal the verdict changes if the {amount} falls below {low}"),
    "sensitivity.map.high": ("今の目標では、{amount}が {high} を上回ると判定が変わります", "At today's goal the verdict changes if the {amount} rises above {high}"),
    "sensitivity.map.never": (
        "今の目標では、{amount}が 30 分の 1 から 30 倍の間で変わっても判定は同じです",
        "At today's goal the verdict stays, whether the {amount} is a thirtieth or thirty times as much",
    ),
    "sensitivity.map.alt": ("目標と金額ごとの判定の地図。{finding}", "Map of the verdict over goal and money. {finding}"),
    "sensitivity.map.read": (
        "色と名前の付いた領域が、目標(縦)と金額(横、対数目盛)の組み合わせごとの判定です。ひし形が今の条件です。境目から遠いほど、条件が動いても判定は揺らぎません。",
        "Each named region is the verdict for that goal (up) and amount (across, logarithmic). The diamond is today. The further from a boundary, the safer the verdict against a change of terms.",
    ),
    "sensitivity.map.hover": ("目標 {goal}<br>{amount} {money}<br>{decision}", "goal {goal}<br>{amount} {money}<br>{decision}"),
    # worth of information
    "information.heading": ("先に調べる価値", "What it is worth to find out first"),
    "information.none": (
        "この段階では、先に調べても選ぶ道は変わりません。調査に費用をかける価値はありません。",
        "Finding out more first would not change the course: it is worth no money.",
    ),
    "information.reevaluate": (
        "再評価(小さな検証データでの比較)には {sample} まで払う価値があります。費用は {cost} なので、{advice}。",
        "Re-evaluation on small validation sets is worth up to {sample}. It costs {cost}: {advice}.",
    ),
    "information.tune": (
        "中間層の段階調整(最初の数層まで)には {sample} まで払う価値があります。費用は {cost} なので、{advice}。",
        "Tuning the first blocks is worth up to {sample}. It costs {cost}: {advice}.",
    ),
    "information.pays": ("先に行うほうが得です", "it pays to do it first"),
    "information.pays_not": ("先に行っても元は取れません", "it does not pay on its own"),
    "information.perfect": (
        "結果を完全に見通せたとしても、その価値は {perfect} です。どんな調査にもこれ以上は払えません。",
        "Even perfect foresight would be worth only {perfect}: no study can be worth more.",
    ),
    "information.column.stage": ("調べること", "Study"),
    "information.column.sample": ("価値(90 % 区間)", "Worth (90 % interval)"),
    "information.column.perfect": ("誤差がない場合の上限", "At most, without error"),
    "information.column.changes": ("選ぶ道が変わる確率", "Chance that it changes the course"),
    "information.stage.reevaluate": ("再評価", "Re-evaluation"),
    "information.stage.tune": ("中間層の段階調整", "Tuning block by block"),
    "information.read": (
        "価値は、調べた後に選び直すことで増える期待金額です。目標に届くかどうかの見込みと、入力された金額から計算しています。",
        "Worth is the expected money gained by choosing anew after the study, from the chances of reaching the goal and the money entered.",
    ),
}
