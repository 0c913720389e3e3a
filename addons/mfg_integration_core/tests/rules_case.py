"""Rules for tests, and what they are set off by; shared with the other addons."""

import uuid


class RulesScene:
    """Makes rules and sets them off, in any environment."""

    def __init__(self, env):
        self.env = env

    def rule(self, actions=(), conditions=(), **values):
        """A rule of its own key that every new hold on an order sets off.

        :param actions: dicts of values, in their order
        :param conditions: ``(source, path, operator, value)``
        """
        key = f"rule-{uuid.uuid4().hex[:8]}"
        names = ("source", "path", "operator", "value")
        values = {
            "name": key,
            "key": key,
            "trigger": "hold_placed",
            "trigger_model": "mrp.production",
            **values,
        }
        return self.env["mfg.rule"].create(
            {
                **values,
                "condition_ids": [
                    (0, 0, dict(zip(names, row, strict=True))) for row in conditions
                ],
                "action_ids": [
                    (0, 0, {"sequence": number, **action})
                    for number, action in enumerate(actions)
                ],
            }
        )

    def runs(self, rule):
        return self.env["mfg.rule.run"].search([("rule_id", "=", rule.id)], order="id")

    def work(self, run):
        """Do the steps of a run as the worker does, but in the transaction at hand."""
        run = run.sudo()
        while run.state in ("pending", "retry", "undoing"):
            try:
                with self.env.cr.savepoint():
                    goes_on = run._advance()
            except Exception as error:  # noqa: BLE001  as the worker does
                run.invalidate_recordset()
                goes_on = run._step_failed(error)
            if not goes_on:
                return
