from psycopg2.extras import execute_values

from odoo import api, fields, models

from odoo.addons.mfg_integration_core.exceptions import MissingReferenceError


class MfgEdgeMachine(models.Model):
    """Which device speaks for a machine: the one that spoke for it last."""

    _name = "mfg.edge.machine"
    _description = "Machine behind a Device"
    _log_access = False
    _order = "name"

    connector_id = fields.Many2one(
        "mfg.connector", required=True, readonly=True, ondelete="cascade"
    )
    plant_id = fields.Many2one(related="connector_id.plant_id")
    name = fields.Char(
        required=True, readonly=True, help="As the connector's devices call it."
    )
    device_id = fields.Many2one(
        "mfg.edge.device", required=True, readonly=True, ondelete="cascade", index=True
    )
    equipment_id = fields.Many2one(
        "maintenance.equipment", readonly=True, ondelete="set null", index=True
    )
    availability = fields.Selection(related="equipment_id.mfg_availability")

    _sql_constraints = [
        ("name_unique", "unique (connector_id, name)", "This machine is known."),
    ]

    @api.model
    def _take_down(self, connector, devices, speakers):
        """Keep who speaks for which machine.

        :param devices: ``{source: device}``
        :param speakers: ``{machine: source}``
        """
        rows = [
            (connector.id, name, devices[source].id)
            for name, source in sorted(speakers.items())
            if source in devices
        ]
        if not rows:
            return
        changed = execute_values(
            # Odoo's cursor delegates to psycopg2's, which execute_values needs.
            self.env.cr._obj,
            """
            INSERT INTO mfg_edge_machine AS known (connector_id, name, device_id)
            VALUES %s
            ON CONFLICT (connector_id, name)
            DO UPDATE SET device_id = excluded.device_id
             WHERE known.device_id <> excluded.device_id
            RETURNING id
            """,
            rows,
            page_size=len(rows),
            fetch=True,
        )
        self.browse(machine_id for (machine_id,) in changed)._equipment()

    def _equipment(self):
        """The equipment that the machines are, looked up anew: names may be mapped."""
        for machine in self:
            connector = machine.connector_id
            try:
                found = self.env["mfg.binding"]._record(
                    connector,
                    "maintenance.equipment",
                    machine.name,
                    connector.plant_id,
                )
            except MissingReferenceError:
                # Its events wait for it; here it is of no interest until then.
                found = self.env["maintenance.equipment"]
            if machine.equipment_id != found:
                machine.equipment_id = found
        return self.equipment_id
