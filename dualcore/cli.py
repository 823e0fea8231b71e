"""The command line: evaluate, predict, kernel, reevaluate, tune, transfer, init-report, backup, restore, verify.

Exit status 0 with an answer, 2 with one clear line for input that cannot be used.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from dualcore import maintenancecommand
from dualcore.errors import DataError, DualcoreError

KERNEL_FLOPS = 1e13  # some minutes on two cores


def main(arguments: list[str] | None = None) -> int:
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        return options.run(options) or 0
    except DualcoreError as error:
        print(f"dualcore: {error}", file=sys.stderr)
        return 2
    except FileNotFoundError as error:
        print(f"dualcore: there is no file {error.filename!r}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dualcore", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    e = commands.add_parser("evaluate", help="stage 1: train the last layer only, and give a verdict")
    e.add_argument("data", type=Path)
    e.add_argument("--target", metavar="COL")
    e.add_argument("--test", type=Path, metavar="DATA2", help="separate test file, read only for the test score")
    e.add_argument("--task", choices=("auto", "classification", "regression"), default="auto")
    e.add_argument("--skeleton", default="auto", metavar="auto|NAME|FILE.json")
    e.add_argument("--metric", metavar="NAME")
    e.add_argument("--goal", type=float, metavar="X")
    e.add_argument("--time-column", metavar="COL")
    e.add_argument("--group-column", metavar="COL")
    e.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    e.add_argument("--seed", type=int, default=0, metavar="N")
    e.add_argument("--budget-seconds", type=float, default=60.0, metavar="N")
    e.add_argument("--protocol", type=Path, metavar="FILE.json", help="thresholds of the verdict, as 'protocol export' writes them")
    e.add_argument("--json", type=Path, metavar="OUT", help="write evidence and verdict; the model goes to OUT.model.npz")
    e.add_argument("--language", choices=("en", "ja"), default="en")
    e.set_defaults(run=_evaluate)

    p = commands.add_parser("predict", help="predictions of an evaluated model for new data")
    p.add_argument("model", metavar="RUN_OR_MODEL", help="the --json file of an evaluation, its model file, or the id of an evaluation")
    p.add_argument("data", type=Path)
    p.add_argument("--out", type=Path, required=True, metavar="OUT.csv")
    p.add_argument("--level", type=float, default=0.9, metavar="X", help="of the intervals of predicted values, 0.5 to 0.99")
    p.add_argument("--language", choices=("en", "ja"), default="en")
    p.set_defaults(run=_predict)

    x = commands.add_parser("export", help="an evaluated last-layer model as a file for other software")
    x.add_argument("model", metavar="RUN_OR_MODEL", help="as for predict")
    x.add_argument("--form", choices=("safetensors", "onnx"), required=True, help="a zip with preprocessing and description in either form")
    x.add_argument("--out", type=Path, required=True, metavar="OUT.zip")
    x.add_argument("--language", choices=("en", "ja"), default="en")
    x.set_defaults(run=_export)

    r = commands.add_parser("replay", help="run a stored evaluation again from its manifest, and compare")
    r.add_argument("report", type=Path, metavar="OUT.json", help="the --json file of an evaluation, or one downloaded from the dashboard")
    r.add_argument("data", type=Path)
    r.add_argument("--test", type=Path, metavar="DATA2")
    r.add_argument("--language", choices=("en", "ja"), default="en")
    r.set_defaults(run=_replay)

    k = commands.add_parser("kernel", help="dual kernel of a skeleton on the rows of a dataset")
    k.add_argument("data", type=Path)
    k.add_argument("--skeleton", required=True, metavar="NAME|FILE.json")
    k.add_argument("--target", metavar="COL")
    k.add_argument("--out", type=Path, required=True, metavar="K.npz")
    k.set_defaults(run=_kernel)

    r = commands.add_parser("reevaluate", help="stage 2: compare architectures and initialisations on small validation sets")
    r.add_argument("data", type=Path)
    r.add_argument("--target", metavar="COL")
    r.add_argument("--evidence", type=Path, metavar="OUT.json", help="what evaluate --json wrote; without it, stage 1 is run first")
    r.add_argument("--task", choices=("auto", "classification", "regression"), default="auto")
    r.add_argument("--skeleton", default="auto", metavar="auto|NAME|FILE.json")
    r.add_argument("--metric", metavar="NAME")
    r.add_argument("--goal", type=float, metavar="X")
    r.add_argument("--minimum-gain", type=float, default=0.02, metavar="X", help="smallest gain that is worth a change")
    r.add_argument("--rows", type=int, default=1800, metavar="N", help="rows of the last round, at most")
    r.add_argument("--time-column", metavar="COL")
    r.add_argument("--group-column", metavar="COL")
    r.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    r.add_argument("--seed", type=int, metavar="N")
    r.add_argument("--json", type=Path, metavar="OUT")
    r.add_argument("--language", choices=("en", "ja"), default="en")
    r.set_defaults(run=_reevaluate)

    t = commands.add_parser("tune", help="stage 3: tune the hidden layers one block at a time, while it pays")
    t.add_argument("data", type=Path)
    t.add_argument("--target", metavar="COL")
    t.add_argument("--evidence", type=Path, metavar="OUT.json", help="what evaluate --json wrote; without it, stage 1 is run first")
    t.add_argument("--task", choices=("auto", "classification", "regression"), default="auto")
    t.add_argument("--skeleton", default="auto", metavar="auto|NAME|FILE.json")
    t.add_argument("--network", choices=("skeleton", "family"), default="skeleton", help="family: the network of a practitioner, initialisation corrected")
    t.add_argument("--metric", metavar="NAME")
    t.add_argument("--goal", type=float, metavar="X")
    t.add_argument("--time-column", metavar="COL")
    t.add_argument("--group-column", metavar="COL")
    t.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    t.add_argument("--seed", type=int, metavar="N")
    t.add_argument("--budget-seconds", type=float, default=900.0, metavar="N", help="time at most")
    t.add_argument("--checkpoints", type=Path, metavar="FOLDER", help="go on from what an interrupted run left there")
    t.add_argument("--model", type=Path, metavar="OUT.npz", help="the best model, for predict")
    t.add_argument("--json", type=Path, metavar="OUT")
    t.add_argument("--language", choices=("en", "ja"), default="en")
    t.set_defaults(run=_tune)

    f = commands.add_parser("transfer", help="pretrained features against a random initialisation: same rows, same split, same last layer")
    f.add_argument("data", type=Path)
    f.add_argument("--target", metavar="COL")
    f.add_argument("--embeddings", type=Path, metavar="FILE", help="npz, npy, csv or parquet, one row per example in file order")
    f.add_argument("--id-column", metavar="COL", help="match embeddings by this column instead; it is in both files")
    f.add_argument("--encoder", type=Path, metavar="FILE", help="TorchScript (.pt), torch.export (.pt2), .safetensors, or a folder with one; its code is run")
    f.add_argument("--factory", metavar="MODULE:FUNCTION", help="returns the nn.Module that .safetensors weights belong to")
    f.add_argument("--task", choices=("auto", "classification", "regression"), default="auto")
    f.add_argument("--skeleton", default="auto", metavar="auto|NAME|FILE.json")
    f.add_argument("--metric", metavar="NAME")
    f.add_argument("--time-column", metavar="COL")
    f.add_argument("--group-column", metavar="COL")
    f.add_argument("--seed", type=int, default=0, metavar="N")
    f.add_argument("--json", type=Path, metavar="OUT")
    f.add_argument("--language", choices=("en", "ja"), default="en")
    f.set_defaults(run=_transfer)

    r = commands.add_parser("protocol", help="the company's thresholds: export or import them as TOML or JSON")
    actions = r.add_subparsers(required=True, metavar="ACTION")
    x = actions.add_parser("export", help="write the protocol in force")
    x.add_argument("--out", type=Path, metavar="FILE", help="TOML where the name ends in .toml, else JSON; without it, JSON to standard output")
    x.set_defaults(run=_protocol_export)
    m = actions.add_parser("import", help="make the protocol of a file the next version")
    m.add_argument("file", type=Path, metavar="FILE", help=".toml or .json")
    m.add_argument("--note", default="", help="why; stands in the history")
    m.add_argument("--language", choices=("en", "ja"), default="en")
    m.set_defaults(run=_protocol_import)

    maintenancecommand.add_commands(commands)

    x = commands.add_parser("report", help="slides, report, approval sheet, figures of an evaluation, in Japanese or English")
    x.add_argument("evaluation", metavar="EVALUATION", help="id of an evaluation of this installation")
    x.add_argument("--format", default="pack", metavar="NAME", help="pptx, pdf, html, ringi-pdf, ringi-html, ringi-xlsx, xlsx, md, or pack: all as one .zip")
    x.add_argument("--language", choices=("en", "ja"), default="ja")
    x.add_argument("--author", default="", metavar="NAME", help="name on the approval sheet")
    x.add_argument("--zone", default="UTC", metavar="PLACE", help="whose dates are shown, for example Asia/Tokyo")
    x.add_argument("--out", type=Path, metavar="FILE")
    x.set_defaults(run=_report)

    i = commands.add_parser("init-report", help="what the initialisation of a torch module does to a signal, and what its correction would")
    i.add_argument("factory", metavar="MODULE:FACTORY", help="a function of a module in this folder that returns an nn.Module, or one and a sample")
    i.add_argument("--correct", action="store_true", help="show before and after the correction")
    i.add_argument("--beta", default="critical", metavar="X|critical", help="share of the variance from biases")
    i.add_argument("--sample", type=Path, metavar="FILE.npy", help="a batch like the data")
    i.add_argument("--seed", type=int, default=0, metavar="N")
    i.add_argument("--json", type=Path, metavar="OUT")
    i.add_argument("--language", choices=("en", "ja"), default="en")
    i.set_defaults(run=_init_report)
    return parser


def _report(options: argparse.Namespace) -> None:
    from dualcore.reportcommand import report_text

    print(report_text(options))


def _reevaluate(options: argparse.Namespace) -> None:
    from dualcore.reevaluatecommand import reevaluate_text

    show = _progress_line if sys.stderr.isatty() else lambda fraction, step: None
    print(reevaluate_text(options, _skeleton_argument(options.skeleton), show))


def _tune(options: argparse.Namespace) -> None:
    from dualcore.tunecommand import tune_text

    show = _progress_line if sys.stderr.isatty() else lambda fraction, step: None
    print(tune_text(options, _skeleton_argument(options.skeleton), show))


def _transfer(options: argparse.Namespace) -> None:
    from dualcore.transfercommand import transfer_text

    show = _progress_line if sys.stderr.isatty() else lambda fraction, step: None
    print(transfer_text(options, _skeleton_argument(options.skeleton), show))


def _init_report(options: argparse.Namespace) -> None:
    from dualcore.initcommand import report_text

    print(report_text(options))


def _skeleton_argument(text: str) -> str | dict:
    """A preset's name, or the content of a JSON file."""
    if not text.endswith(".json"):
        return text
    try:
        return json.loads(Path(text).read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise DataError("not_json", name=text) from error


def _protocol_argument(path: Path | None):
    """The protocol of a file; the built-in one without a file."""
    from dualcore.decision import Protocol
    from dualcore.decision.protocols import from_file

    return Protocol() if path is None else from_file(path.read_bytes(), path.name)


def _protocol_export(options: argparse.Namespace) -> None:
    from dualcore.services import LOCAL_USER, open_services

    form = "toml" if options.out is not None and options.out.suffix.lower() == ".toml" else "json"
    text = open_services().export_protocol(LOCAL_USER, form=form)
    if options.out is None:
        print(text, end="")
    else:
        options.out.write_text(text, encoding="utf-8")


def _protocol_import(options: argparse.Namespace) -> None:
    from dualcore.present.words import say
    from dualcore.services import LOCAL_USER, open_services

    made = open_services().import_protocol(LOCAL_USER, options.file.read_bytes(), options.file.name, options.note)
    print(say("protocol.saved", options.language, version=made.protocol.version))


def model_path(json_path: Path) -> Path:
    """Where ``evaluate --json`` keeps the model."""
    return json_path.with_name(json_path.name + ".model.npz")


def _evaluate(options: argparse.Namespace) -> None:
    from dualcore.api import evaluation
    from dualcore.decision import Terms, recommend
    from dualcore.evidence import EvaluateOptions
    from dualcore.jobs.evaluation import under_protocol

    protocol = _protocol_argument(options.protocol)
    # A terminal gets a progress line; a pipe gets only the answer.
    show = _progress_line if sys.stderr.isatty() else None
    result = evaluation(
        options.data, options.target, options.test, options.task, options.time_column, options.group_column,
        EvaluateOptions(
            skeleton=_skeleton_argument(options.skeleton), metric=options.metric, goal=options.goal, seed=options.seed,
            device=options.device, budget_seconds=options.budget_seconds, permutations=protocol.permutations,
        ),
        show,
    )
    result = under_protocol(result, protocol)
    verdict = recommend(result.evidence, Terms(goal=options.goal, minimum_gain=protocol.minimum_gain), protocol)
    if options.json:
        report = result.evidence.model_dump(mode="json") | {"verdict": verdict.model_dump(mode="json")}
        options.json.write_text(json.dumps(report, ensure_ascii=False, indent=1), encoding="utf-8")
        result.model.save(model_path(options.json))
    print(_table(result.evidence, verdict, options.language))


def _progress_line(fraction: float, step: str) -> None:
    from dualcore.present.words import say

    end = "\n" if step == "done" else ""
    print(f"\r\033[K{fraction:4.0%} {say(f'job.step.{step}', 'en')}", end=end, file=sys.stderr, flush=True)


def _table(evidence, verdict, language: str) -> str:
    from dualcore.present import format as fmt
    from dualcore.present.sentences import next_sentence, note_sentence, reason_sentence
    from dualcore.present.words import say

    last = evidence.last_layer
    rows = [(say("model.last_layer", language), last.score, last.low, last.high, last.test_score)]
    rows += [(say(f"model.{r.name}", language), r.score, r.low, r.high, r.test_score) for r in evidence.references]
    head = f"{evidence.dataset.name}: {fmt.metric_name(evidence.metric, language)}, {evidence.skeleton['name']}, n = {fmt.count(evidence.manifest.rows_used)}"
    lines = [head]
    for name, score, low, high, test in rows:
        text = "–" if score is None else fmt.score_with_interval(score, low, high, language)
        lines.append(f"  {name:<28} {text}" + ("" if test is None else f"   test {fmt.score(test)}"))
    if evidence.ceiling.estimate is not None:
        mark = "" if evidence.ceiling.reliable else " (?)"
        lines.append(f"  {say('cli.ceiling', language):<28} {fmt.score(evidence.ceiling.estimate)}{mark}")
    lines.append(f"  {say('cli.null', language):<28} p = {evidence.null.p_value:.3f}")
    lines += [f"  - {note_sentence(n, language)}" for n in evidence.notes if n.level != "info"]
    lines.append("")
    lines.append(say(f"cli.verdict.{verdict.decision}", language, confidence=f"{verdict.confidence:.2f}"))
    lines += [f"  - {reason_sentence(r, verdict, language)}" for r in verdict.reasons]
    lines += [f"  ! {reason_sentence(r, verdict, language)}" for r in verdict.remarks]
    lines.append(f"  > {next_sentence(verdict, language)}")
    lines.append(f"({fmt.duration(evidence.cost.seconds, language)}, {evidence.manifest.device})")
    return "\n".join(lines)


def _replay(options: argparse.Namespace) -> int:
    from dualcore.replaycommand import replay_report

    text, same = replay_report(options)
    print(text)
    return 0 if same else 1


def _predict(options: argparse.Namespace) -> None:
    from dualcore.modelcommand import predict_text

    print(predict_text(options, _find_model(options.model)))


def _export(options: argparse.Namespace) -> None:
    from dualcore.modelcommand import export_text

    print(export_text(options, _find_model(options.model)))


def _find_model(name: str) -> Path:
    path = Path(name)
    if path.suffix == ".json":
        return model_path(path)
    if path.exists():
        return path
    from dualcore.services import LOCAL_USER, open_services

    return open_services().model_path(LOCAL_USER, name)


def _kernel(options: argparse.Namespace) -> None:
    import numpy as np

    from dualcore.evidence.represent import Builder, resolve
    from dualcore.intake import fit_encoder, load
    from dualcore.kernels import dual_cost, dual_kernel

    dataset = load(options.data, target=options.target)
    skeleton = resolve(_skeleton_argument(options.skeleton), dataset.kind)
    if skeleton is None:
        raise DataError("skeleton_needed")
    builder = Builder(fit_encoder(dataset).transform(dataset.X), "cpu", lambda: None, lambda _: None)
    inputs = builder.inputs(skeleton).double()
    cost = dual_cost(skeleton, len(inputs), None, tuple(inputs.shape[1:]))
    if cost > KERNEL_FLOPS:
        raise DataError("kernel_too_costly", name=skeleton.name, times=round(cost / KERNEL_FLOPS, 1))
    K = dual_kernel(skeleton, inputs)
    with open(options.out, "wb") as file:
        np.savez_compressed(file, K=K.numpy(), y=dataset.y, classes=np.array(dataset.classes, dtype=str))
    print(f"{options.out}: {K.shape[0]} x {K.shape[1]} ({skeleton.name})")
