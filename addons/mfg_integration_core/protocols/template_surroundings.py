"""What all parts of one vendor template share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .expression import TemplateFunctions
from .template_answer import AnswerRules
from .template_request import RequestPlan
from .template_wait import WaitPlan


@dataclass(frozen=True)
class Surroundings:
    """How a vendor is spoken to, whatever is said.

    :ivar auth: how the connector's secret is sent
    :ivar errors: how the partner tells a no, where operations say nothing else
    :ivar wait: where it says how long to wait
    """

    functions: TemplateFunctions
    auth: Mapping
    errors: Mapping
    wait: WaitPlan

    def rules(self, where: str, own: Mapping | None = None) -> AnswerRules:
        """The rules for answers, with those of one operation on top."""
        return AnswerRules(
            {**self.errors, **(own or {})}, where, self.functions, self.wait
        )

    def request(self, spec: Mapping, where: str) -> RequestPlan:
        """One request, with the credentials and headers that all have."""
        return RequestPlan(spec, where, self.functions, self.auth)
