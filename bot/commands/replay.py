"""`verbatim replay`."""

from __future__ import annotations

import json
from collections.abc import Sequence

from bot.commands.opening import refreshed, tell
from bot.evaluation.replay import Replay, replay
from bot.render.terminal import visible
from bot.wiring import Project
from retrieval.errors import VerbatimError


class UnknownRun(VerbatimError):
    """No stored answer has that id."""


def run(project: Project, run_ids: Sequence[str], *, every: bool, as_json: bool) -> int:
    """Answer runs again and compare; 1 if one differs.

    Raises:
        UnknownRun: one is not stored, or there is none at all.

    """
    wanted = list(run_ids) or (project.runs.ids() if every else [])
    if not wanted:
        what = "No answers are stored" if every else "No run was named"
        raise UnknownRun(what, "Ask something first (and see that state.keep_runs is not 0), then give its run_id.")
    stored = {run_id: project.runs.get(run_id) for run_id in wanted}
    if unknown := [run_id for run_id, found in stored.items() if found is None]:
        raise UnknownRun(
            f"There is no run {visible(unknown[0])[:80]!r}",
            f"The newest {project.settings.state.keep_runs} are kept (state.keep_runs), each for "
            f"{project.settings.state.keep_days} days; an answer's run_id stands in its JSON.",
        )
    answerer = refreshed(project).answerer
    replays = [replay(found, answerer, lambda: project.prose_checker) for found in stored.values() if found is not None]
    different = sum(not r.same for r in replays)
    if as_json:
        bodies = [r.to_json() for r in replays]
        print(json.dumps(bodies[0] if len(bodies) == 1 and not every else bodies, ensure_ascii=False))
    else:
        for one in replays:
            _show(one)
    if len(replays) > 1:
        tell(f"{len(replays)} runs, {different} different")
    return 1 if different else 0


def _show(one: Replay) -> None:
    print(f"{one.run_id} {'same' if one.same else 'different'}: {visible(one.question)}")
    if one.sentences:
        held = one.sentences - len(one.fallen)
        print(
            f"  {held} of {one.sentences} sentences by a language model hold, checked again; the model was not asked again"
        )
    for checked in one.fallen:
        why = "; ".join(f"{fault.value}: {detail}" for fault, detail in checked.faults)
        print(f"  does not hold: {visible(' '.join(checked.sentence.text.split()))} ({visible(why)})")
    if one.same:
        if changed := [*one.changes, *one.environment]:
            print(f"  although {len(changed)} things around it changed, such as {visible(str(changed[0]))}")
        return
    for change in one.changes:
        print(f"  changed: {visible(str(change))}")
    for change in one.environment:
        print(f"  also changed: {visible(str(change))}")
    seen = [field for field in one.fields if field != "run_id"]
    if seen:
        print(f"  in the answer: {', '.join(seen)}")
    elif one.fields:
        print("  the answer itself reads the same, only its run_id differs")
