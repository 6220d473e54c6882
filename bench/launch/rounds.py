"""A race launched: its cells round by round, with what it stops reported and stored before the next round begins."""

from collections.abc import Sequence
from dataclasses import replace

from bench.launch import Launcher
from bench.planning.outlook import CellOutlook
from bench.running.race import Race
from bench.running.runner import Runner
from bench.store.cell import recorded
from bench.store.run_request import RunRequest


def launch_rounds(
    race: Race, launcher: Launcher, runner: Runner, looks: Sequence[CellOutlook], name: str, request: RunRequest
) -> dict[str, str]:
    """Compute the cells of a race that have no record; return why cells failed, by id.

    ``request`` is that of the run ``name``; the models stopped so far are stored in it.
    """
    failed: dict[str, str] = {}
    reported = 0
    for number, cells in enumerate(race.rounds(), 1):
        for stop in race.stops[reported:]:
            runner.progress.say(f"{stop.model} {stop.sentence(stop.best)}")
        if len(race.stops) > reported:
            runner.store.write_run(name, replace(request, stops=race.stops))
            reported = len(race.stops)
        wanted = {cell.id for cell in cells}
        missing = [look for look in looks if look.cell.id in wanted and not recorded(runner.store, look.cell)]
        if missing:
            failed |= launcher.launch(runner, missing, f"{name}/round{number}").failed
    return failed
