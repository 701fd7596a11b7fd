"""The testing environment: dummy rows for it to read, and what a run or a smoke test needs to begin and to end.

All connections here are to the warehouse's database, as the role that loads it.
"""

from include.testing.ground import clear, clear_lake, prepare
from include.testing.source import change, create, malform, mend

__all__ = ["change", "clear", "clear_lake", "create", "malform", "mend", "prepare"]
