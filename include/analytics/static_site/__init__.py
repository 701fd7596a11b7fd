"""The public COVID-19 page as files: one page, its data and its scripts, for any plain file server or S3 prefix.

`files` gives them. Nothing internal is among them: no other page, no address of ours, no state of the pipeline.
"""

from include.analytics.static_site.files import INDEX, SiteFile, files

__all__ = ["INDEX", "SiteFile", "files"]
