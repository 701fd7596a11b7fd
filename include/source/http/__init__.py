"""Read one file over HTTP, within limits: who may be asked, for how long, and how much may come back.

No proxy is used, whatever the environment says: behind one, the names would be resolved by the proxy,
and no address could be checked here. Certificates are verified against the system's authorities (or
those of ``SSL_CERT_FILE``) and certifi's.
"""

from include.source.http.answers import Fetched, NotModified, Validators
from include.source.http.content import content
from include.source.http.fetch import fetch
from include.source.http.limits import Limits

__all__ = ["Fetched", "Limits", "NotModified", "Validators", "content", "fetch"]
