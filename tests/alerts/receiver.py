"""A recipient at the end of a channel, who can be out of reach."""

from dataclasses import dataclass, field

from include.alerts.model import Alert


@dataclass
class Receiver:
    """What arrived by one channel, in order."""

    name: str
    down: bool = False
    got: list[Alert] = field(default_factory=list)

    def send(self, alert: Alert) -> None:
        if self.down:
            raise ConnectionRefusedError(f"{self.name} refuses")
        self.got.append(alert)

    @property
    def events(self) -> list[str]:
        return [str(alert.event) for alert in self.got]
