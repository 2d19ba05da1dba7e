import subprocess
import sys

CODE = """
import os, signal, threading, time
from indexer import signals

def send():
    time.sleep(0.2)
    signal.pthread_kill(threading.get_ident(), signal.{name})

with signals.signalled() as stop:
    threading.Thread(target=send).start()
    signals.wait(stop)
print("ended", signal.getsignal(signal.SIGTERM) is signal.SIG_DFL)
"""


def test_a_signal_that_another_thread_receives_ends_the_wait() -> None:
    for name in ("SIGTERM", "SIGINT"):
        code = CODE.format(name=name)
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False
        )
        assert (done.returncode, done.stdout) == (0, "ended True\n"), done.stderr
