from odoo import api, fields, models


class MfgBannerMixin(models.AbstractModel):
    """A document that says on its screen what blocks it, and who can clear that.

    What blocks a document may be held itself or something that it needs: the lots that
    it moves, the machine that it runs on. A model names these by extending
    :meth:`_mfg_blocking_documents`.
    """

    _name = "mfg.banner.mixin"
    _description = "Says What Blocks It"

    mfg_blockers = fields.Json(
        "Blocked by",
        compute="_compute_mfg_blockers",
        help="Active holds, oldest first: id, name, since (ISO 8601, UTC), clearer,"
        " document that is held where it is another one, blocker that lifts the hold.",
    )

    @api.depends(lambda self: self._mfg_banner_paths())
    @api.depends_context("lang", "uid")
    def _compute_mfg_blockers(self):
        """For all at once: one query per model of what may block them."""
        # sudo: what blocks a document is told to whoever may see the document. Not by
        # compute_sudo: what depends on the user is kept for who computed it.
        blocking = {record: record.sudo()._mfg_blocking_documents() for record in self}
        holds = self.env["mfg.hold"].sudo()
        for model in {each._name for parts in blocking.values() for each in parts}:
            together = holds.env[model].union(
                *(
                    each
                    for parts in blocking.values()
                    for each in parts
                    if each._name == model
                )
            )
            held = together.filtered("mfg_active_hold_count")
            holds |= holds._active_on(held)
        for record, parts in blocking.items():
            mine = holds.filtered(
                lambda hold, parts=parts: any(
                    hold.res_model == each._name and hold.res_id in each.ids
                    for each in parts
                )
            )
            told = [hold._banner_line(record) for hold in mine.sorted("id")]
            record.mfg_blockers = told or False

    @api.model
    def _mfg_banner_paths(self):
        """Fields whose change is one of what blocks the document."""
        return ["mfg_active_hold_count"] * ("mfg_active_hold_count" in self._fields)

    def _mfg_blocking_documents(self):
        """Recordsets of what may be held and then blocks the document."""
        self.ensure_one()
        return [self._origin] if "mfg_active_hold_count" in self._fields else []
