from odoo import fields, models


class MrpWorkcenterProductivity(models.Model):
    _inherit = "mrp.workcenter.productivity"

    mfg_stop_id = fields.Many2one(
        "mfg.edge.stop",
        "Machine Stop",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The stop of a machine that this downtime is.",
    )

    def init(self):
        super().init()
        self.env.cr.execute(
            """
            CREATE UNIQUE INDEX IF NOT EXISTS mrp_workcenter_productivity_stop_unique
                ON mrp_workcenter_productivity (mfg_stop_id)
             WHERE mfg_stop_id IS NOT NULL
            """
        )
