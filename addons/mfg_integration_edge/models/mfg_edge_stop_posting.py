from odoo import _, models

#: What Odoo counts as work, not as a downtime.
WORK = ("productive", "performance")


class MfgEdgeStopPosting(models.Model):
    """How a stop is one entry of Odoo's productivity log."""

    _inherit = "mfg.edge.stop"

    # ----------------------------------------------------------------- posting

    def _post(self):
        """Have each stop at a work center be exactly one entry of the log.

        Where a fault or a person blocked the work center in it, that entry is the one.
        """
        for stop in self.filtered("workcenter_id"):
            entry = stop.productivity_ids
            if stop.is_block:
                stop._note_end_of_block(entry)
            if not stop.is_block:
                entry = stop._adopt(stop._find_block()) or entry
            values = stop._prepare_entry(entry)
            if not entry:
                entry.create(values)
                continue
            changed = {
                name: value
                for name, value in values.items()
                if entry._fields[name].convert_to_write(entry[name], entry) != value
            }
            if changed:
                entry.write(changed)

    def _adopt(self, block):
        """Have a downtime be the entry of the stop, instead of the one it has.

        :param block: of no stop yet, or empty
        :return: the same
        """
        self.ensure_one()
        if block:
            self.productivity_ids.unlink()
            block.mfg_stop_id = self
            self.write(
                {
                    "is_block": True,
                    "block_began_at": min(
                        self.block_began_at or block.date_start, block.date_start
                    ),
                    "block_ended_at": False,
                }
            )
            self._note_end_of_block(block)
        return block

    def _note_end_of_block(self, entry):
        """Take over when somebody ended the block, if so."""
        self.ensure_one()
        if entry.date_end:
            self.write({"is_block": False, "block_ended_at": entry.date_end})

    def _find_block(self):
        """A downtime that goes on, or that a person recorded around all of the stop.

        Of the work center, and of no stop yet. What a person recorded and what the
        machine says overlap in other cases, too; then both stay as they were told.
        """
        self.ensure_one()
        entries = self.env["mrp.workcenter.productivity"]
        entries.flush_model()
        self.env.cr.execute(
            """
            SELECT entry.id
              FROM mrp_workcenter_productivity entry
              JOIN mrp_workcenter_productivity_loss loss ON loss.id = entry.loss_id
              JOIN mrp_workcenter_productivity_loss_type kind ON kind.id = loss.loss_id
             WHERE entry.workcenter_id = %s AND entry.workorder_id IS NULL
               AND entry.mfg_stop_id IS NULL AND NOT kind.loss_type = ANY(%s)
               AND (entry.date_end IS NULL
                    AND entry.date_start < COALESCE(%s, 'infinity'::timestamp)
                    OR entry.date_start <= %s AND entry.date_end >= %s AND %s)
             ORDER BY entry.date_start, entry.id
             LIMIT 1
            """,
            (
                *(self.workcenter_id.id, list(WORK)),
                *(self.ended_at or None, self.began_at, self.ended_at or None),
                not self.block_began_at,
            ),
        )
        return entries.browse(id_ for (id_,) in self.env.cr.fetchall())

    def _prepare_entry(self, entry):
        """Values of the entry of the log; made to be extended."""
        self.ensure_one()
        values = {
            "workcenter_id": self.workcenter_id.id,
            "date_start": min(self.began_at, self.block_began_at or self.began_at),
            "mfg_stop_id": self.id,
        }
        if not self.is_block:
            # A block ends when somebody unblocks the work center.
            ended_at = self.ended_at
            values["date_end"] = ended_at and max(
                ended_at, self.block_ended_at or ended_at
            )
        if self.loss_id or not entry:
            values["loss_id"] = (self.loss_id or self._unexplained()).id
        if self.reason_text or not entry:
            values["description"] = self.reason_text or self._describe()
        if not entry:
            company = self.workcenter_id.company_id or self.company_id
            values["company_id"] = (company or self.env.company).id
        return values

    def _describe(self):
        """What the log says of a stop of which nobody has said anything."""
        return _(
            "%(machine)s: %(state)s",
            machine=self.equipment_id.display_name,
            state=self.state,
        )

    def _unexplained(self):
        """The loss that a stop counts as until somebody says why."""
        if self.is_fault:
            return self.workcenter_id._mfg_failure_loss()
        loss = self.env.ref(
            "mfg_integration_edge.loss_unexplained", raise_if_not_found=False
        )
        return loss or self.workcenter_id._mfg_failure_loss()

    def _forget(self):
        """Delete what was no stop after all; a block by a person or a fault stays."""
        for stop in self:
            entry = stop.productivity_ids
            if stop.block_began_at:
                alone = {"date_start": stop.block_began_at}
                if stop.block_ended_at:
                    alone["date_end"] = stop.block_ended_at
                entry.write(alone)
            elif not stop.is_block:
                entry.unlink()
        self.unlink()
