"""The one error that the embedded stack raises on purpose."""


class StackError(Exception):
    """Something on this machine keeps the stack from working.

    The message is a sentence for the person at the terminal: where, what was found, what was expected,
    what to do next. It never holds a secret. The commands print it and end with exit code 1.
    """
