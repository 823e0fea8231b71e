"""Text columns reach the last layer, in Japanese too: no word boundaries, half and full width mixed."""

import numpy as np
import pandas as pd

from dualcore.evidence import EvaluateOptions, evaluate
from dualcore.intake import fit_encoder, load

PARTS = ("モーター", "ポンプ", "バルブ", "コンベア", "センサー", "ベアリング")
BAD = ("から異音が発生した", "が振動して停止した", "の温度が異常に高い", "から油が漏れている")
GOOD = ("は正常に動作している", "の点検を完了した", "に問題は見られない", "の清掃を実施した")
HALF = {"モーター": "ﾓｰﾀｰ", "ポンプ": "ﾎﾟﾝﾌﾟ", "センサー": "ｾﾝｻｰ"}


def _reports(n=240, seed=0):
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(n):
        bad = bool(rng.random() < 0.5)
        part = str(rng.choice(PARTS))
        part = HALF.get(part, part) if rng.random() < 0.5 else part
        number = str(rng.choice(["１号機", "1号機", "２号機", "2号機"]))
        rows.append((f"{i:03d}{number}の{part}{rng.choice(BAD if bad else GOOD)}。担当は第{rng.integers(1, 90)}班", "異常" if bad else "正常"))
    return pd.DataFrame(rows, columns=["報告", "判定"])


def test_japanese_reports_are_read():
    data = load(_reports(), target="判定")
    assert [c.role for c in data.columns if c.name == "報告"] == ["text"]
    found = evaluate(data, EvaluateOptions(skeleton="fc1", permutations=39, n_seeds=2, budget_seconds=2)).evidence
    assert found.last_layer.loo_score > 0.95 and found.null.p_value < 0.05


def test_half_and_full_width_are_the_same_letters():
    encoder = fit_encoder(load(_reports(), target="判定"))
    wide = pd.DataFrame({"報告": ["１号機のモーターから異音", "ＡＢＣ"]})
    narrow = pd.DataFrame({"報告": ["1号機のﾓｰﾀｰから異音", "abc"]})
    np.testing.assert_allclose(encoder.transform(wide), encoder.transform(narrow), atol=1e-6)
