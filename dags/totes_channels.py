"""The ways to tell, by Airflow's connections: mail by `smtp_default`, SNS by `totes_aws`."""

from dataclasses import dataclass

from airflow.providers.amazon.aws.hooks.base_aws import AwsBaseHook
from airflow.providers.smtp.hooks.smtp import SmtpHook

from include.alerts import mail, sns
from include.alerts.deliver import Channel
from include.alerts.model import Alert
from include.environment import PRODUCTION, Environment
from include.settings import AlertSettings

_LIMITS = {"connect_timeout": 5, "read_timeout": 10, "retries": {"mode": "standard", "total_max_attempts": 2}}


def channels(settings: AlertSettings, environment: Environment) -> list[Channel]:
    """The ways that somebody listens on. A test sends no mails: they cannot be filtered as messages can."""
    mails: list[Channel] = [Mail(settings)] if settings.mail_to and environment is PRODUCTION else []
    messages: list[Channel] = [Messages(settings)] if settings.topic else []
    return messages + mails  # the quick one first: a callback has 50 seconds for all of it


@dataclass(frozen=True)
class Mail:
    """Mails to the recipients of the settings."""

    settings: AlertSettings
    name: str = "mail"

    def send(self, alert: Alert) -> None:
        """Send an alert as a mail; raises what the mail server's client raises."""
        with _Smtp(smtp_conn_id="smtp_default") as hook:
            sender = hook.from_email or hook.smtp_user or f"totes-etl@{hook.host}"
            composed = mail.compose(
                alert, sender=sender, to=self.settings.mail_to, runbook_url=self.settings.runbook_url
            )
            # The hook's own send_email_smtp knows no plain text beside the HTML.
            hook._smtp_client.send_message(composed)


class _Smtp(SmtpHook):
    """The provider's hook, which would wait three minutes for a mail server that says nothing."""

    @property
    def timeout(self) -> int:
        """Seconds; the connection's, if it says so."""
        return int(self.conn.extra_dejson.get("timeout", 10))

    @property
    def smtp_retry_limit(self) -> int:
        """What is not sent now is sent by the next run."""
        return int(self.conn.extra_dejson.get("retry_limit", 0))


@dataclass(frozen=True)
class Messages:
    """Messages to the topic of the settings."""

    settings: AlertSettings
    name: str = "sns"

    def send(self, alert: Alert) -> None:
        """Publish an alert; raises what boto3 raises."""
        region = self.settings.topic_region
        hook = AwsBaseHook(aws_conn_id="totes_aws", client_type="sns", region_name=region, config=_LIMITS)
        sns.Topic(hook.get_conn(), self.settings.topic).publish(alert, runbook_url=self.settings.runbook_url)
