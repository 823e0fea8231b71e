"""The documents keep up with the code."""

import inspect
import re
from pathlib import Path

import dualcore
from dualcore.cli import _parser
from dualcore.settings import Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_setting_is_in_the_readme():
    missing = [n for n in Settings.model_fields if f"DUALCORE_{n.upper()}" not in README]
    assert not missing


def test_every_option_of_evaluate_is_in_the_readme():
    commands = _parser()._subparsers._group_actions[0].choices["evaluate"]
    options = [o for action in commands._actions for o in action.option_strings if o.startswith("--") and o != "--help"]
    assert options
    assert not [o for o in options if o not in README]


def test_public_names_exist():
    for name in dualcore.__all__:
        assert getattr(dualcore, name) is not None


def test_signatures_in_the_readme_are_those_of_the_code():
    rows = re.findall(r"^\| `(\w+)\(([^`]*)\)`", README, re.M)
    assert len(rows) > 15
    for name, written in rows:
        if "..." in written or not hasattr(dualcore, name):
            continue
        found = inspect.signature(getattr(dualcore, name))
        parts = [p.replace(annotation=inspect.Parameter.empty) for p in found.parameters.values()]
        plain = str(inspect.Signature(parts)).removeprefix("(").removesuffix(")").replace("'", '"')
        assert written.replace("2**28", str(2**28)) == plain, f"{name}({plain})"


def test_every_example_in_the_guide_to_kernels_runs():
    text = (ROOT / "docs" / "kernels.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, re.S)
    assert len(blocks) >= 2
    names: dict = {}
    for block in blocks:
        exec(block.replace(".show()", ""), names)
    assert names["K"].shape == (500, 500)


def test_every_step_of_the_engineers_guide_runs():
    """The blocks follow one another and assert what the text says of them."""
    text = (ROOT / "docs" / "engineers-guide.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, re.S)
    assert len(blocks) >= 5 and sum("assert" in b for b in blocks) >= 3
    names: dict = {"__name__": "guide"}
    for block in blocks:
        exec(block, names)
    assert names["before"].corrected is False and names["partly"].left_alone


def test_the_steps_on_the_course_page_run():
    """The code that the page shows to engineers, on a module and a batch of their own."""
    import torch

    from pages._lessons import CODE

    names = {"model": torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 1)), "batch": torch.randn(16, 4)}
    exec(CODE, names)
    assert names["report"].corrected and "layers" in names["record"]


def test_the_readme_points_to_files_that_exist():
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


def test_runtime_requirements_are_pinned():
    for file in ("requirements.txt", "requirements-dev.txt"):
        lines = [line for line in (ROOT / file).read_text().splitlines() if line and not line.startswith(("#", "-r"))]
        assert lines
        assert all("==" in line for line in lines)
