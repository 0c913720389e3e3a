from odoo import _, api, fields, models

from .. import aggregation


class MfgEdgeProof(models.TransientModel):
    """Whether the raw machine events say what was posted; asked by a person."""

    _name = "mfg.edge.proof"
    _description = "Proof of Machine Counts"
    _rec_name = "document_name"

    document_name = fields.Char("About", readonly=True)
    verdict = fields.Selection(
        [("proven", "Proven"), ("differs", "Differs"), ("unknown", "Not provable")],
        readonly=True,
        required=True,
    )
    text = fields.Text("In Words", readonly=True)

    @api.model
    def _show_orders(self, orders):
        """Open the proof of these manufacturing orders."""
        # Refuses whoever may not read them: the query below asks nobody.
        orders.read(["display_name"])
        self.env.flush_all()
        proofs = aggregation.proof.of_orders(self.env.cr, orders.ids)
        lines, verdicts = [], set()
        for proof in proofs:
            verdict, text = self._judge_order(proof)
            verdicts.add(verdict)
            name = orders.browse(proof.order_id).display_name
            lines.append(f"{name}: {text}" if len(orders) > 1 else text)
        return self._show(orders, verdicts, lines)

    @api.model
    def _judge_order(self, proof):
        """Verdict on an order and why, in words."""
        if not proof.raw_agrees:
            return "differs", self._raw_text(proof)
        if not proof.order_agrees:
            return "differs", self._order_text(proof)
        if not proof.window_count:
            return "unknown", _("No machine has counted for it.")
        if proof.unkept_count and not proof.kept_count:
            return "unknown", _(
                "The %(windows)s postings say %(good)s good and %(scrap)s scrap, and so"
                " does the order. Their machine events are not kept any more.",
                good=_plain(proof.window_good),
                scrap=_plain(proof.window_scrap),
                windows=proof.window_count,
            )
        said = _(
            "%(events)s machine events say %(good)s good and %(scrap)s scrap. So do"
            " the %(windows)s postings, and so does the order.",
            events=proof.raw_count,
            good=_plain(proof.raw_good),
            scrap=_plain(proof.raw_scrap),
            windows=proof.window_count,
        )
        if proof.coming_good or proof.coming_scrap:
            said += " " + _(
                "Corrections of %(good)s good and %(scrap)s scrap are on their way.",
                good=_plain(proof.coming_good),
                scrap=_plain(proof.coming_scrap),
            )
        if proof.unkept_count:
            said += " " + self._unkept_text(proof.unkept_count)
        return "proven", said

    @api.model
    def _unkept_text(self, count):
        return _(
            "Of %(windows)s postings the machine events are not kept any more; these"
            " are taken at their word.",
            windows=count,
        )

    @api.model
    def _raw_text(self, proof):
        return _(
            "The machine events say %(good)s good and %(scrap)s scrap, the postings"
            " %(said_good)s good and %(said_scrap)s scrap: %(by_good)s good and"
            " %(by_scrap)s scrap differ. Prove the postings one by one.",
            good=_plain(proof.raw_good),
            scrap=_plain(proof.raw_scrap),
            said_good=_plain(proof.window_good + proof.coming_good),
            said_scrap=_plain(proof.window_scrap + proof.coming_scrap),
            by_good=_plain(proof.window_good + proof.coming_good - proof.raw_good),
            by_scrap=_plain(proof.window_scrap + proof.coming_scrap - proof.raw_scrap),
        )

    @api.model
    def _order_text(self, proof):
        return _(
            "The postings say %(good)s good and %(scrap)s scrap, and the machine"
            " events agree, but the order has %(order_good)s good and %(order_scrap)s"
            " scrap: somebody else has changed it.",
            good=_plain(proof.window_good),
            scrap=_plain(proof.window_scrap),
            order_good=_plain(proof.order_good),
            order_scrap=_plain(proof.order_scrap),
        )

    @api.model
    def _show_windows(self, windows):
        """Open the proof of these postings."""
        windows.read(["event_uuid"])
        lines = [self._window_text(*found) for found in windows._contradictions()]
        if lines:
            return self._show(windows, {"differs"}, lines)
        kept, events, unkept = windows._kept()
        if not kept:
            said = _("The machine events are not kept any more: nothing to compare.")
            return self._show(windows, {"unknown"}, [said])
        lines = [_("The %(count)s machine events in it say the same.", count=events)]
        if unkept:
            lines.append(self._unkept_text(unkept))
        return self._show(windows, {"proven"}, lines)

    @api.model
    def _window_text(self, window_id, good, raw_good, scrap, raw_scrap):
        # sudo: a correction is judged with what it corrects, which may be of another.
        window = self.env["mfg.edge.window"].sudo().browse(window_id)
        return _(
            "%(window)s: it says %(good)s good and %(scrap)s scrap, its machine"
            " events %(raw_good)s good and %(raw_scrap)s scrap.",
            window=self._window_name(window),
            good=good,
            scrap=scrap,
            raw_good=raw_good or "0",
            raw_scrap=raw_scrap or "0",
        )

    @api.model
    def _window_name(self, window):
        return _(
            "%(equipment)s from %(start)s to %(end)s UTC",
            equipment=window.equipment,
            start=window.started_at,
            end=window.ended_at,
        )

    @api.model
    def _show(self, records, verdicts, lines):
        """Open the result; the worst verdict is that of all."""
        verdict = next(v for v in ("differs", "proven", "unknown") if v in verdicts)
        name = records.display_name if len(records) == 1 else None
        if records._name == "mfg.edge.window" and len(records) == 1:
            name = self._window_name(records)
        proof = self.create(
            {
                "document_name": name or _("%(count)s records", count=len(records)),
                "verdict": verdict,
                "text": "\n".join(lines),
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": _("Prove It"),
            "res_model": self._name,
            "res_id": proof.id,
            "views": [(False, "form")],
            "target": "new",
        }


def _plain(quantity):
    """A decimal as people write it: no exponent, no zeros that say nothing."""
    text = f"{quantity:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
