"""Rules are tested under fixed forecasts: the shipped record changes with every backtest."""

import pytest

from dualcore.decision import calibrated

RULES = ("test_verdict", "test_plan")


@pytest.fixture(autouse=True)
def fixed_forecasts(request):
    from tests.decision.test_reasons import PRIOR

    if request.module.__name__.rsplit(".", 1)[-1] not in RULES:
        yield
        return
    with calibrated.using(PRIOR):
        yield
