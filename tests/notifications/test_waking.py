"""Wake-ups are said soon, by one call at a time, and nobody waits for them."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time

from notifications.waking import Caller

PATIENCE_SECONDS = 10.0


class Heard:
    """What was said, with a gate that holds the call under way."""

    def __init__(self) -> None:
        self.calls: list[list[int]] = []
        self.gate = threading.Event()
        self.gate.set()

    async def hear(self, people: list[int]) -> None:
        self.calls.append(people)
        await asyncio.to_thread(self.gate.wait, PATIENCE_SECONDS)
        if 0 in people:
            raise RuntimeError("the layer is away")

    def wait_for(self, person: int) -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        while not any(person in call for call in self.calls):
            assert time.monotonic() < end, self.calls
            time.sleep(0.005)


def said_by(program: str) -> str:
    command = [sys.executable, "-c", program]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


def test_who_is_woken_meanwhile_is_named_in_one_further_call():
    heard = Heard()
    caller = Caller(heard.hear)
    heard.gate.clear()
    caller.call([1])
    heard.wait_for(1)
    for people in ([2], [3, 2], [5]):
        caller.call(people)
    heard.gate.set()
    heard.wait_for(5)
    assert heard.calls == [[1], [2, 3, 5]]


def test_a_call_that_fails_does_not_keep_the_next_from_being_made():
    heard = Heard()
    caller = Caller(heard.hear)
    caller.call([0])
    heard.wait_for(0)
    caller.call([7])
    heard.wait_for(7)


def test_the_last_call_of_a_command_is_made_before_it_ends():
    told = """
import asyncio
from notifications.waking import Caller

async def send(people):
    await asyncio.sleep(0.2)
    print(*people)

Caller(send).call([4, 2])
"""
    assert said_by(told) == "2 4\n"


def test_a_forked_process_calls_from_a_thread_of_its_own():
    told = """
import asyncio, os, time
from notifications.waking import Caller

async def send(people):
    print(*people, flush=True)

caller = Caller(send)
caller.call([1])
time.sleep(0.2)
child = os.fork()
if child == 0:
    caller.call([2])
    time.sleep(0.5)
    os._exit(0)
os.waitpid(child, 0)
"""
    assert said_by(told) == "1\n2\n"
