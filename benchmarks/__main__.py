"""`make bench`: what docs/performance.md tells, in its short form, in about ten minutes.

The data plane beside its limit and its peers, the curves of growth, and the runs of a real Airflow. Each is a program
of its own with a longer form (`make bench-data-plane` and so on); an hour of latency is in `make bench-latency` only.
"""

import os
import subprocess
import sys
import time

SHORT = {
    "benchmarks.data_plane": {"REPEATS": "1"},
    "benchmarks.growth": {"SIZES": "10000,100000,1000000", "LOADS": "0,105000", "REPEATS": "1"},
    "benchmarks.runs": {"RUNS": "3", "IDLE": "60"},
}


def main() -> int:
    """Run them one after another, whatever becomes of one; returns how many failed."""
    failed = 0
    for program, settings in SHORT.items():
        began = time.monotonic()
        sys.stdout.write(f"\n== {program} {' '.join(f'{name}={value}' for name, value in settings.items())}\n")
        sys.stdout.flush()
        failed += bool(
            subprocess.run([sys.executable, "-m", program], env=os.environ | settings, check=False).returncode
        )
        sys.stdout.write(f"== {program}: {time.monotonic() - began:.0f} s\n")
    return failed


if __name__ == "__main__":
    sys.exit(main())
