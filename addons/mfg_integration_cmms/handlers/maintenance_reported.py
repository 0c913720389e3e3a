from odoo import _, models

from odoo.addons.mfg_integration_core.handlers.mfg_event_echo import ECHO, OVERTAKEN
from odoo.addons.mfg_integration_core.protocols import rfc3339
from odoo.addons.mfg_integration_core.protocols.freshness import Stand

from ..models.maintenance_request_changes import STATE_CHANGED


class MaintenanceReportedHandler(models.AbstractModel):
    """What a CMMS reports about a work order, applied to its maintenance request."""

    _name = "mfg.handler.maintenance.reported"
    _inherit = "mfg.event.handler"
    _description = "Maintenance Reported Handler"

    def _handle(self, event):
        """Return the request, in the state that the work order has reached.

        What is not newer than the last report changes nothing: by its version where
        the CMMS counts, else by when it was so.

        :raise MissingReferenceError: the CMMS's number is not known yet; a report
            may overtake the answer to our own request, so it waits for that
        :raise InvalidEventError: the request cannot go where the CMMS asks
        """
        data = event.data
        request = self.env["mfg.binding"]._record(
            event.connector_id, "maintenance.request", data["work_order"]
        )
        event._set_correlation(request.mfg_correlation_id)
        request = request.with_context(mfg_correlation_id=request.mfg_correlation_id)
        said = self._said(event)
        known = request._mfg_stand()
        if not self._is_news(event, request, said, known, data["state"]):
            return request
        if data["state"] != request.mfg_state:
            crossing = self._crossing(event, request, STATE_CHANGED, "state")
            if crossing == ECHO:
                return self._leave_echo(event, request, said)
            if crossing == OVERTAKEN:
                return self._leave_overtaken(event, request, said)
        applied = request._mfg_apply_partner_state(
            data["state"],
            version=said.version,
            note=data.get("note"),
            at=self._completed_at(event),
            by=data.get("technician"),
            said_at=said.at,
        )
        self._post_report(request, event, with_note=not applied)
        if applied:
            self._step_taken(event)
        return request

    def _leave_echo(self, event, request, said):
        """Note how far the CMMS is, and leave the state to what we told it since."""
        request.write(request._prepare_stand(said))
        event._ignore(
            "echo",
            _(
                "%(connector)s repeats what it was told: %(state)s. It has been told"
                " something else since.",
                connector=event.connector_id.name,
                state=event.data["state"].replace("_", " "),
            ),
        )
        if event.data.get("note"):
            self._post_report(request, event, with_note=True)
        return request

    def _leave_overtaken(self, event, request, said):
        """Note what was reported, and leave the state to what the CMMS heard since."""
        request.write(request._prepare_stand(said))
        why = _(
            "%(connector)s said %(state)s before it was told what has changed here"
            " since.",
            connector=event.connector_id.name,
            state=event.data["state"].replace("_", " "),
        )
        self._leave_older(event, request, why, event.data["state"])
        self._post_report(request, event, with_note=True)
        return request

    def _completed_at(self, event):
        """When the work was completed, as far as the CMMS's clock is believed."""
        moment = event.data.get("completed_at")
        if not moment:
            return None
        return event._believed(rfc3339.parse(moment).replace(tzinfo=None))

    def _said(self, event):
        return Stand(event.data.get("version"), event.said_at)

    def _post_report(self, request, event, with_note):
        """Tell the readers of the request who worked on it.

        :param with_note: the state did not change, so nobody told the note yet
        """
        data = event.data
        sentences = [
            _(
                "%(connector)s reports %(work_order)s as %(state)s.",
                connector=event.connector_id.name,
                work_order=data["work_order"],
                state=data["state"].replace("_", " "),
            )
        ]
        if data.get("technician"):
            sentences.append(_("Technician: %(name)s.", name=data["technician"]))
        if with_note and data.get("note"):
            sentences.append(data["note"])
        # A log note, since the connector's user may have no address to send from.
        request._message_log(body=" ".join(sentences))
