"""The local inbox: a mail server, a queue of the alerts' topic, and a page that shows what arrived in both."""
