"""From evidence and money to a recommendation."""

from dualcore.decision.records import Decision, Option, Protocol, Reason, Terms, Verdict
from dualcore.decision.verdict import recommend

__all__ = ["Decision", "Option", "Protocol", "Reason", "Terms", "Verdict", "recommend"]
