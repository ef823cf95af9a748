from __future__ import annotations

import subprocess
import sys
from pathlib import Path

STUCK = """
import asyncio
from processors import service

class App:
    async def stop(self):
        while True:  # as Faust's wait_empty does
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                pass

class Worker:
    app = App()
    failure = None
    def give_up(self): print("gave up", flush=True)

async def run():
    service._STOP_S, service._GRACE_S = 0.3, 0.1
    return await service._stop(Worker(), asyncio.create_task(asyncio.sleep(0)))

asyncio.run(run())
"""


def test_a_stop_that_hangs_ends_the_process_all_the_same() -> None:
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", STUCK], cwd=root, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "gave up" in done.stdout
    assert "stopped_hard" in done.stdout + done.stderr


LATE_SIGNAL = """
import asyncio, os, signal, uvloop
from processors import service

async def run():
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    os.kill(os.getpid(), signal.SIGTERM)
    await told.wait()
    service._deaf_to_sigterm()
    os.kill(os.getpid(), signal.SIGTERM)

with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
    runner.run(run())
os.kill(os.getpid(), signal.SIGTERM)
raise SystemExit(7)
"""


def test_a_second_sigterm_on_the_way_out_leaves_the_exit_status_as_it_is() -> None:
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", LATE_SIGNAL], cwd=root, capture_output=True, text=True, timeout=60)
    assert done.returncode == 7, done.stderr
