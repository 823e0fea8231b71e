"""A verdict that hangs on the random weights."""

WORDS: dict[str, tuple[str, str]] = {
    "reason.seeds_disagree": (
        "初期重みを変えると判定が変わります({metric} のばらつき ±{spread})。正しい可能性が過半を占める判定もありません。",
        "Other random initial weights lead to another verdict (spread of {metric}: ±{spread}), and no course is more likely right than not.",
    ),
}
