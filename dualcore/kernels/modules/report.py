"""The lines of an initialisation report, from what passes through the module have found."""

from __future__ import annotations

from dualcore.kernels.modules.moments import slope_at
from dualcore.kernels.modules.records import InitReport, LayerReport, LeftAlone, Remark
from dualcore.kernels.modules.tracing import Step, Trace
from dualcore.kernels.modules.walk import LayerState, Walk, first_readers


def report(
    trace: Trace, before: Walk, after: Walk | None, changed: set[str], alone: dict[str, Remark], settings: dict[str, object],
) -> InitReport:
    """``changed`` and ``alone`` by step; ``settings`` of the correction."""
    last = after or before
    layers = tuple(
        _row(trace, step, before.states[step.name], None if after is None else after.states[step.name], step.name in changed)
        for step in _once(trace)
    )
    return InitReport(
        module=type(trace.module).__name__, corrected=after is not None, layers=layers, left_alone=_left_alone(trace, alone),
        remarks=_overall(trace, layers, last), examples=len(last.sample[0]) if last.sample else 0, input_moment=last.input_moment, **settings,
    )


def _once(trace: Trace) -> list[Step]:
    """Layers and norms; one that is called several times only once."""
    seen, out = set(), []
    for step in trace.steps.values():
        if step.kind in ("layer", "norm") and id(step.module) not in seen:
            seen.add(id(step.module))
            out.append(step)
    return out


def _row(trace: Trace, step: Step, before: LayerState, after: LayerState | None, changed: bool) -> LayerReport:
    last = after or before
    numbers = {}
    for when, state in (("before", before), ("after", after)):
        if state is not None:
            numbers |= {
                f"variance_{when}": state.variance, f"bias_share_{when}": state.bias_share, f"slope_{when}": _slope(trace, step, state),
                f"measured_{when}": state.measured, f"correlation_{when}": state.correlation,
            }
    remarks = {(r.code, str(r.fields)): r for r in last.remarks}
    return LayerReport(
        name=step.label, kind=type(step.module).__name__, fan_in=step.module.weight[0].numel() if step.kind == "layer" else None,
        depth=trace.depth[step.name], reads=_name(trace.source(step)), behind=_behind(trace, step), changed=changed,
        readout=step.kind == "layer" and trace.is_readout(step), remarks=tuple(remarks.values()), **numbers,
    )


def _name(step: Step) -> str:
    if step.kind in ("input", "sum", "join"):
        return step.kind
    return step.activation.name if step.kind == "activation" else step.label


def _behind(trace: Trace, step: Step) -> str:
    norm = trace.norm_behind(step)
    found = [] if norm is None else [norm.label]
    found += [_name(s) for s in trace.reached(step) if s.kind in ("activation", "unknown")]
    return ", ".join(dict.fromkeys(found)) or "-"


def _slope(trace: Trace, step: Step, state: LayerState) -> float | None:
    """Only where the activation acts on this value itself, not on a sum, a mean, or something normalised."""
    readers = first_readers(trace, step)
    if state.variance is None or state.bias_share is None or not readers:
        return None
    if all(r.kind == "layer" for r in readers):
        return 1 - state.bias_share
    if any(r.kind != "activation" for r in readers) or len({r.activation.name for r in readers}) > 1:
        return None
    return slope_at(readers[0].activation, state.variance, state.bias_share)


def _left_alone(trace: Trace, alone: dict[str, Remark]) -> tuple[LeftAlone, ...]:
    out = [LeftAlone(name=trace.steps[n].label, kind=type(trace.steps[n].module).__name__, why=why) for n, why in alone.items()]
    used = {id(s.module): s for s in trace.steps.values() if s.module is not None}
    read = {s.label for s in trace.steps.values() if s.kind == "constant"}
    for name, module in trace.module.named_modules():
        direct = [n for n, _ in module.named_parameters(recurse=False)]
        if id(module) in used:
            if any(True for _ in module.parameters()) and used[id(module)].kind not in ("layer", "norm", "activation"):
                out.append(LeftAlone(name=name, kind=type(module).__name__, why=Remark(code="unsupported")))
        elif direct and not any(name == n or name.startswith(f"{n}.") for n in _called(trace)):
            paths = {f"{name}.{n}".lstrip(".") for n in direct}
            code = "read_directly" if paths & read else "unused"
            out.append(LeftAlone(name=name or ", ".join(direct), kind=type(module).__name__, why=Remark(code=code)))
    kept: dict[tuple[str, str], LeftAlone] = {(a.name, a.why.code): a for a in out}
    return tuple(kept.values())


def _called(trace: Trace) -> list[str]:
    return [s.label for s in trace.steps.values() if s.module is not None]


def _overall(trace: Trace, layers: tuple[LayerReport, ...], walk: Walk) -> tuple[Remark, ...]:
    steps = trace.steps.values()
    code = "input_measured" if walk.sample else "input_assumed"
    out = [Remark(code=code, fields={"moment": round(walk.input_moment, 4)})]
    sums = sum(s.kind == "sum" for s in steps)
    if sums:
        out.append(Remark(code="sums", fields={"count": sums}))
    borders = [(r.fields["lowest"], layer.name) for layer in layers for r in layer.remarks if r.code == "border"]
    if borders:
        lowest, name = min(borders)
        out.append(Remark(code="border_worst", fields={"name": name, "lowest": lowest, "count": len(borders)}))
    strange = list(dict.fromkeys(s.label for s in steps if s.kind == "unknown"))
    if strange:
        out.append(Remark(code="unknown_operations", fields={"names": ", ".join(strange)}))
    return tuple(out)
