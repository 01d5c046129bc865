"""With no key set, no byte leaves the machine: the whole pipeline in a network namespace that has only loopback."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from pipeline_support import ROOT, SAMPLES

# Brings loopback up without iproute2: SIOCGIFFLAGS 0x8913, SIOCSIFFLAGS 0x8914, IFF_UP 1 (netdevice(7)).
LOOPBACK_UP = """
import fcntl, os, socket, struct, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
flags = struct.unpack("16xh", fcntl.ioctl(s, 0x8913, struct.pack("16sh", b"lo", 0)))[0]
fcntl.ioctl(s, 0x8914, struct.pack("16sh", b"lo", flags | 1))
probe = socket.socket(); probe.settimeout(2)
try:
    probe.connect(("192.0.2.1", 80)); sys.exit("the network is not cut")
except OSError:
    pass
os.execv(sys.argv[1], sys.argv[1:])
"""


def namespaces_work() -> bool:
    try:
        return subprocess.run(["unshare", "-rn", "true"], capture_output=True, check=False, timeout=10).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


@pytest.mark.skipif(not namespaces_work(), reason="this machine does not allow network namespaces (unshare -rn)")
def test_the_pipeline_completes_with_the_network_cut(tmp_path: Path) -> None:
    command = Path(sys.executable).parent / "cvmaker"
    done = subprocess.run(
        [
            "unshare",
            "-rn",
            sys.executable,
            "-c",
            LOOPBACK_UP,
            str(command),
            "run",
            str(SAMPLES / "ada-jensen.pdf"),
            "--job",
            str(SAMPLES / "platform-engineer.txt"),
            "--out",
            str(tmp_path / "out"),
            "--json",
        ],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    result = json.loads(done.stdout)
    assert result["status"] == "done"
    assert (tmp_path / "out" / "cv.pdf").read_bytes().startswith(b"%PDF")
    assert result["usd"] < 0.05
