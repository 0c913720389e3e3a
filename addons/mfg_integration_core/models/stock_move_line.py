from odoo import api, models

#: What moves goods at once when it is changed on a line that is done.
MOVING = frozenset(
    {"quantity", "lot_id", "lot_name", "location_id", "location_dest_id", "state"}
)


class StockMoveLine(models.Model):
    """A line of a finished move, which Odoo lets people correct: that moves goods, too.

    What a correction touches passes the gates as if it moved now.
    """

    _inherit = "stock.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._mfg_check_correction()
        return lines

    def write(self, vals):
        if not MOVING & vals.keys():
            return super().write(vals)
        done = self.filtered(lambda line: line.state == "done")
        done._mfg_check_correction()
        result = super().write(vals)
        done._mfg_check_correction()
        return result

    def _mfg_check_correction(self):
        """Pass the gates of the lots of lines that are done.

        Called before and after: both the old lot and the new one move.
        """
        done = self.filtered(
            lambda line: line.state == "done" and not line.move_id._mfg_passes_holds()
        )
        done.lot_id._mfg_check_gate("move")
