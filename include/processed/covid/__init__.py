"""The two public COVID-19 files become one table of days: checked, merged, and nothing else.

It knows no URL and no database. A file that breaks a rule is refused as a whole with
``include.errors.ContractError``; what is odd and yet happens is a warning in the result.
"""

from include.processed.covid.finding import JHU, NYT, Check, Finding
from include.processed.covid.history import refuse_lost_history
from include.processed.covid.merge import Merged, merge

__all__ = ["JHU", "NYT", "Check", "Finding", "Merged", "merge", "refuse_lost_history"]
