from odoo import _, models
from odoo.exceptions import UserError

from odoo.addons.mfg_integration_core.exceptions import MfgIntegrationError, in_full


class MrpProduction(models.Model):
    """Reports of an order that come to stock when it is finished, and not before."""

    _inherit = "mrp.production"

    def _action_cancel(self):
        """Extended: what was reported does not vanish with its order.

        :raise UserError: reports are still to be posted; names them
        """
        for order in self:
            waiting = order._mfg_waiting().filtered("is_to_move")
            if waiting:
                raise UserError(
                    _(
                        "%(order)s cannot be cancelled: what the shop floor reported"
                        " of it is not posted yet (%(reports)s). Finish it, or have"
                        " the reports reversed.",
                        order=order.name,
                        reports=", ".join(waiting.mapped("title")),
                    )
                )
        return super()._action_cancel()

    def _mfg_waiting(self):
        """The reports that are accepted and not posted yet, as they are to be posted.

        What was used goes into what is made after it. Corrections are last: what they
        came after may be taken back by now as a whole.
        """
        self.ensure_one()
        # sudo: reports are the hub's; what is posted is the user's.
        reports = self.mfg_report_ids.sudo().filtered(
            lambda report: report.state == "accepted"
        )
        taken_back = reports.reverses_id
        return reports.filtered(
            lambda report: (
                not report.posting_id
                # What was taken back before it was posted never comes to stock.
                and not report.reverses_id
                and report not in taken_back
            )
        ).sorted(
            lambda report: (
                report._is_correction(),
                report._is_of_output(),
                report.id,
            )
        )

    def _mfg_post_waiting(self):
        """Post the reports that were progress until now, as the order is finished.

        One posting each where lots have to be told apart, else one for all. What a
        person has the order make beyond the reports is still to be made then.

        :raise UserError: something is missing for it, as the lot of a component
        """
        waiting = self._mfg_waiting().with_env(self.env)
        if not waiting:
            return
        tracked = (self.product_id | self.move_raw_ids.product_id).filtered(
            lambda product: product.tracking != "none"
        )
        postings = self.env["mfg.production.posting"]
        by_hand = self.qty_producing if self._mfg_is_more_by_hand() else None
        try:
            for reports in waiting if tracked else [waiting]:
                postings._post(reports)
        except MfgIntegrationError as error:
            raise UserError(in_full(error)) from error
        if by_hand is not None:
            # Each posting has the order produce what was reported.
            self.qty_producing = by_hand

    def _mfg_touch(self):
        """Have whoever closes the order at this moment start again.

        What is only progress may write nothing on the order itself, so that both would
        be committed, and the report would never be posted.
        """
        self.env.cr.execute(
            "UPDATE mrp_production SET write_date = write_date WHERE id IN %s",
            (tuple(self.ids),),
        )
