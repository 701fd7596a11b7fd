"""What keeps a deployment from going on."""

from include.errors import PermanentError


class DeployError(PermanentError):
    """The package, the bucket or the environment is not as it must be; the message says what to do."""
