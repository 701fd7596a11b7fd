"""The warehouse's tables as Parquet in S3, for web servers that may not reach it, and the public page beside them.

A run writes what it changed as new parts that are never altered, and then, as the last thing, the manifest that
names all parts of one state: whoever reads sees that state or the one before, never a mixture.
"""

from include.analytics.extracts.manifest import Extracted, Manifest, Position
from include.analytics.extracts.publishing import Published, publish
from include.analytics.extracts.site import Site

__all__ = ["Extracted", "Manifest", "Position", "Published", "Site", "publish"]
