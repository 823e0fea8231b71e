"""README, data card and model card of the starter kit, in the reader's language, as Markdown."""

from __future__ import annotations

import re

from dualcore.decision.records import Verdict
from dualcore.evidence.records import Evidence
from dualcore.intake import Encoder
from dualcore.intake.records import Dataset
from dualcore.present import format as fmt
from dualcore.present.architecture import skeleton_name
from dualcore.present.sentences import note_sentence, reason_sentence
from dualcore.present.words import say

LISTED = 40  # columns and classes that are written out; the rest is counted


_CONTROL = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


def _text(written: object) -> str:
    """Names written by people for a Markdown file that is also read as it is: only what would format is escaped."""
    return re.sub(r"([\\`*_\[\]<>|])", r"\\\1", _CONTROL.sub(" ", str(written)))


def readme(evidence: Evidence, language: str) -> str:
    """What is in the archive and how to go on."""
    last = evidence.last_layer
    fields = {
        "name": _text(evidence.dataset.name),
        "metric": fmt.metric_name(evidence.metric, language),
        "score": fmt.number(last.score, 4),
        "test": "" if last.test_score is None else say("kit.readme.test", language, score=fmt.number(last.test_score, 4)),
    }
    return say("kit.readme", language, **fields)


def data_card(dataset: Dataset, encoder: Encoder, evidence: Evidence, language: str) -> str:
    say_ = lambda key, **fields: say(f"kit.data.{key}", language, **fields)  # noqa: E731 - a prefix
    facts, profile, manifest = evidence.dataset, dataset.profile, evidence.manifest
    rows = {
        "file": _text(dataset.name),
        "sha256": f"`{facts.sha256}`",
        "kind": say(f"kind.{facts.kind}", language),
        "rows": say_("rows_used", used=fmt.count(manifest.rows_used), rows=fmt.count(facts.rows), test=fmt.count(facts.test_rows)),
        "target": f"{_text(facts.target)} ({say(f'kit.task.{facts.task}', language)})",
        "inputs": f"{fmt.count(facts.inputs)} ({' × '.join(map(str, encoder.settings['shape']))})",
        "split": say(f"result.estimate.{evidence.last_layer.estimate_from}", language),
        "duplicates": fmt.count(profile.duplicate_rows),
        "missing": fmt.percent(profile.missing_share, 1),
    }
    parts = [f"# {say_('title')}", _table([(say_(f"item.{k}"), v) for k, v in rows.items()], language)]
    parts += [f"## {say_('target_title')}", _target(evidence, profile, language)]
    if profile.columns:
        listed = [(_text(c.name), say(f"role.{c.role}", language)) for c in profile.columns[:LISTED]]
        parts += [f"## {say_('columns_title')}", _table(listed, language)]
        if len(profile.columns) > LISTED:
            parts.append(say_("more_columns", count=fmt.count(len(profile.columns) - LISTED)))
    parts += [f"## {say_('encoding_title')}", say_(f"encoding.{facts.kind}")]
    notes = [f"- {_text(note_sentence(n, language))}" for n in evidence.notes]
    parts += [f"## {say_('notes_title')}", "\n".join(notes) or say_("no_notes")]
    parts += [f"## {say_('rights_title')}", say_("rights")]
    return "\n\n".join(parts) + "\n"


def _target(evidence: Evidence, profile, language: str) -> str:
    facts = evidence.dataset
    if not facts.classes:
        return say("kit.data.value", language, mean=fmt.significant(profile.target_mean, 4), std=fmt.significant(profile.target_std, 4))
    total = sum(facts.class_counts)
    counted = sorted(zip(facts.class_counts, facts.classes), reverse=True)
    listed = [(_text(name), f"{fmt.count(k)} ({fmt.percent(k / total, 1)})") for k, name in counted[:LISTED]]
    more = "" if len(counted) <= LISTED else "\n\n" + say("kit.data.more_classes", language, count=fmt.count(len(counted) - LISTED))
    return _table(listed, language) + more


def model_card(evidence: Evidence, verdict: Verdict, parameters: int, language: str) -> str:
    say_ = lambda key, **fields: say(f"kit.model.{key}", language, **fields)  # noqa: E731 - a prefix
    last, manifest = evidence.last_layer, evidence.manifest
    about = {
        "skeleton": skeleton_name(evidence.skeleton["name"], language),
        "route": say(f"result.route.{last.route}", language),
        "parameters": fmt.count(parameters),
        "penalty": f"{last.penalty:.4g}",
        "seed": str(manifest.seed),
        "versions": f"dualcore {manifest.dualcore}, torch {manifest.torch}, numpy {manifest.numpy}",
    }
    parts = [f"# {say_('title')}", say_("summary", question=_text(evidence.dataset.target))]
    parts += [f"## {say_('about_title')}", _table([(say_(f"item.{k}"), v) for k, v in about.items()], language)]
    parts += [f"## {say_('scores_title')}", say_("scores_lead", metric=fmt.metric_name(evidence.metric, language)), _scores(evidence, language)]
    parts += [say_("null", p=fmt.number(evidence.null.p_value, 3), n=fmt.count(evidence.null.permutations))]
    if evidence.ceiling.estimate is not None and evidence.ceiling.reliable:
        parts.append(say_("ceiling", score=fmt.number(evidence.ceiling.estimate, 3)))
    if last.calibration_error is not None:
        parts.append(say_("calibration", error=fmt.number(last.calibration_error, 3)))
    parts += [f"## {say_('verdict_title')}", _verdict(verdict, language)]
    parts += [f"## {say_('use_title')}", say_("use"), f"## {say_('limits_title')}", _limits(evidence, language)]
    return "\n\n".join(parts) + "\n"


def _scores(evidence: Evidence, language: str) -> str:
    last = evidence.last_layer
    rows = [(say("kit.model.last_layer", language), fmt.score_with_interval(last.score, last.low, last.high, language))]
    if last.test_score is not None:
        rows.append((say("kit.model.test", language), fmt.score_with_interval(last.test_score, last.test_low, last.test_high, language)))
    rows += [
        (say(f"reference.{r.name}", language), fmt.score_with_interval(r.score, r.low, r.high, language))
        for r in evidence.references if r.score is not None
    ]
    return _table(rows, language)


def _verdict(verdict: Verdict, language: str) -> str:
    head = f"**{say(f'verdict.{verdict.decision}', language)}** {say('verdict.confidence', language, confidence=f'{verdict.confidence:.2f}')}"
    return "\n".join([head, "", *(f"- {_text(reason_sentence(r, verdict, language))}" for r in verdict.reasons)])


def _limits(evidence: Evidence, language: str) -> str:
    """What is known to go wrong: segments, doubtful labels, drift; and what one architecture cannot say."""
    found = [say("kit.model.limit.kernel", language), say("kit.model.limit.data", language)]
    for s in evidence.errors.segments[:3]:
        if s.low <= s.error_elsewhere:
            continue
        name = _text(f"{s.column} = {s.value}" if s.column else s.value)
        found.append(say("kit.model.limit.segment", language, name=name, error=fmt.significant(s.error), elsewhere=fmt.significant(s.error_elsewhere), rows=fmt.count(s.rows)))
    if evidence.errors.suspects:
        found.append(say("kit.model.limit.labels", language, count=fmt.count(len(evidence.errors.suspects))))
    if evidence.manifest.rows_drawn is not None:
        found.append(say("kit.model.limit.drawn", language, rows=fmt.count(evidence.manifest.rows_drawn)))
    elif evidence.manifest.sampled:
        found.append(say("kit.model.limit.sampled", language, rows=fmt.count(evidence.manifest.rows_used)))
    return "\n".join(f"- {text}" for text in found)


def _table(rows: list[tuple[str, str]], language: str) -> str:
    cells = [tuple(re.sub(r"(?<!\\)\|", r"\|", str(c)).replace("\n", " ") for c in row) for row in rows]
    head = f"| {say('result.item', language)} | {say('result.content', language)} |\n|---|---|\n"
    return head + "\n".join(f"| {a} | {b} |" for a, b in cells)
