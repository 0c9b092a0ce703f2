"""Programs that make a volume, killed before they have made it."""

import random
import shutil
import subprocess
import time
from pathlib import Path


def kill_midway(command: list[str], target: Path, kills: int, longest_s: float, dice: random.Random):
    """Kills so many runs of the command at random moments, before the volume `target` is whole: one that was faster
    does not count, and the next ones are killed sooner."""
    killed = 0
    while killed < kills:
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        time.sleep(dice.uniform(0.05, max(0.1, longest_s)))
        running.kill()
        running.wait()
        if (target / "layout").exists():
            shutil.rmtree(target)
            longest_s /= 2
        else:
            killed += 1
