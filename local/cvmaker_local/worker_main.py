"""First code of a function process: ties its life to the host's, then becomes Amazon's runtime client.

Run as ``python -S -P worker_main.py HANDLER PARENT_PID``. It imports nothing of this package, so that a function
process sees only what its Lambda would see.
"""

import os
import signal
import sys
import threading

PR_SET_PDEATHSIG = 1


def die_with_parent(parent_pid: int) -> None:
    """End this process group when the host dies, even by SIGKILL.

    On Linux the kernel does it (prctl); elsewhere a thread waits for the end of standard input, whose other end only
    the host holds.
    """
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent_pid:  # the host died before the call above
            os._exit(1)
        return

    def wait_for_end_of_input() -> None:
        while os.read(0, 1):
            pass
        os.killpg(0, signal.SIGKILL)

    threading.Thread(target=wait_for_end_of_input, daemon=True).start()


def main() -> None:
    """Hand over to ``awslambdaric`` with the handler's name as its only argument."""
    handler, parent_pid = sys.argv[1], int(sys.argv[2])
    # Ctrl-C reaches the whole terminal group; the host decides when a function ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    die_with_parent(parent_pid)
    from awslambdaric.__main__ import main as run_runtime_client

    sys.argv = ["awslambdaric", handler]
    run_runtime_client(sys.argv)


main()
