from odoo import models


class MachineConditionHandler(models.AbstractModel):
    """A measurement of a machine's condition: what crosses a limit asks for care.

    Rules say the limits, and the sender may tell its own. Readings of one machine may
    come in any order and be handled by several workers; see ``mfg.edge.crossing``.
    """

    _name = "mfg.handler.machine.condition"
    _inherit = "mfg.handler.machine"
    _description = "Machine Condition Handler"

    def _handle(self, event):
        """The equipment; what is sent afterwards, as history, sets nothing off.

        :raise MissingReferenceError: when the equipment is unknown
        """
        equipment = self._get_equipment(event)
        if not event.historical:
            self._end_crossings(event, equipment)
            if self._is_beyond(event.data) and not self._is_for_a_rule(
                event, equipment
            ):
                crossing = self.env["mfg.edge.crossing"]._begin(event, equipment)
                if crossing:
                    crossing._ask_for_maintenance(event)
        return equipment

    def _end_crossings(self, event, equipment):
        """End what this reading is not beyond any more, so that it can cross again."""
        # sudo: crossings are the hub's own, and a rule looks at what the user may not.
        crossings, machine = self.env["mfg.edge.crossing"].sudo(), equipment.sudo()
        for crossing in crossings._going_on(equipment, event.data["measurement"]):
            rule = crossing.rule_id
            if rule:
                is_beyond = rule._meets(machine, event.data)
            else:
                is_beyond = self._is_beyond(event.data)
            if not is_beyond:
                crossing._end(event.said_at)

    def _is_beyond(self, data):
        """Whether the value is above the limit that its sender told, if it did."""
        return "threshold" in data and data["value"] > data["threshold"]

    def _is_for_a_rule(self, event, equipment):
        """Whether a rule asks for maintenance because of this reading."""
        # sudo: a rule looks at what the connector's user may not.
        rules, machine = self.env["mfg.rule"], equipment.sudo()
        place = rules._place_of(equipment, event.connector_id)
        return any(
            rule._meets(machine, event.data)
            for rule in rules._rules_for("event", [event.event_type], place)
            if "maintenance" in rule.action_ids.mapped("kind")
        )
