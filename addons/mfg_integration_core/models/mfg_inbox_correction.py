import base64
import json

from odoo import _, api, fields, models
from odoo.exceptions import UserError

from ..exceptions import InvalidEventError, MfgIntegrationError
from ..protocols import cloudevents, strict_json, webhook_body
from ..protocols.body_masking import NOT_READABLE
from ..protocols.text_difference import changed_lines, comparable
from .mfg_masked_mixin import readable

#: States in which the payload may be corrected: the event has had no effect yet.
CORRECTABLE_STATES = ("rejected", "dead", "waiting", "retry")


class MfgInboxCorrection(models.Model):
    """A bad payload is put right by a person, and what was received stays known.

    Only what the event says changes. Its id, type, source and digest stay, so that
    the sender's repetition of it is still recognised.
    """

    _inherit = "mfg.inbox.event"

    version_ids = fields.One2many("mfg.payload.version", "event_id", readonly=True)
    correctable = fields.Boolean(compute="_compute_correctable")

    @api.depends("state", "bodies_removed_at")
    def _compute_correctable(self):
        for event in self:
            event.correctable = (
                event.state in CORRECTABLE_STATES and not event.bodies_removed_at
            )

    def action_correct(self):
        """Open the editor of the payload."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": _("Correct the Payload"),
            "res_model": "mfg.payload.correct",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_event_id": self.id},
        }

    def _content(self):
        """What the event says, as text: data of the contract, else the vendor's body.

        A webhook that could not be mapped has nothing but its body; of a form, what
        its template reads in it. Whole: for people there is :meth:`_content_shown`.
        """
        self.ensure_one()
        event = self._whole()
        if event.payload:
            return _pretty(event.payload["data"])
        body = readable(event.body)
        if not event.native:
            return _pretty(json.loads(body))
        return event._form_content() or body

    def _content_shown(self):
        """What the event says, as text, for a person who may see the event.

        :raise AccessError: the person may not
        """
        self.read(["uuid"])
        return self._mask_content(self._content())

    def _mask_content(self, text):
        """A content of the event without what masking rules name."""
        self.ensure_one()
        payload, mask = self._whole().payload, self._mask()
        if not mask or not payload:
            return mask.text(text)
        try:
            content = strict_json.read(text)
        except InvalidEventError:
            return NOT_READABLE
        return _pretty(mask.document({**payload, "data": content})["data"])

    def _unmask_content(self, text):
        """What a person made of :meth:`_content_shown`, with what was hidden put back.

        :raise InvalidEventError: not JSON, or a mask was moved
        """
        self.ensure_one()
        mask, whole = self._mask(), self._content()
        # What is hidden whole is replaced whole.
        if not mask or self._mask_content(whole) in (whole, NOT_READABLE):
            return text
        edited = strict_json.read(text, "The payload")
        payload = self._whole().payload
        if payload:
            # Of the envelope nothing was shown, and nothing is changed.
            event = {**mask.document(payload), "data": edited}
            return _pretty(mask.restored(event, payload)["data"])
        return _pretty(mask.restored(edited, strict_json.read(whole)))

    def _form_content(self):
        """What a stored form says, as JSON; nothing for other bodies."""
        headers = self.headers or {}
        if webhook_body.CONTENT_TYPE not in headers:
            return None
        template = self.connector_id._get_template(self)
        try:
            content = template.webhook_content(headers, self._native_body())
        except MfgIntegrationError:
            # The template was changed meanwhile; a person sees what came, then.
            return None
        return _pretty(content)

    def _check_content(self, text):
        """Return what ``text`` says when the event could be handled with it.

        :raise InvalidEventError: not JSON, or against the contract; the pointer names
            the place
        :raise UnmappedValueError: a vendor's word that the template does not know
        """
        self.ensure_one()
        text = self._unmask_content(text)
        content = strict_json.read(text, "The payload")
        contracts = self.env["mfg.event.type"]._contracts()
        event = self._whole()
        if event.payload:
            contracts.check(event.event_type, content)
            return content
        template = event.connector_id._get_template(event)
        webhook = template.webhook(event._headers_of_json(), text.encode())
        if webhook.event_type is not None:
            contracts.check(webhook.event_type, webhook.data)
        return content

    def _correct(self, text, why):
        """Replace what the event says and have it handled, keeping both versions.

        :raise InvalidEventError: as :meth:`_check_content`
        """
        self.ensure_one()
        self.env.user._mfg_check_role(
            "approver",
            _(
                "Only an Integration Approver may correct what was received."
                " Ask your administrator."
            ),
        )
        if not self.correctable:
            raise UserError(
                _("An event that is %(state)s is not corrected.", state=self.state)
            )
        text = self._unmask_content(text)
        content, before = self._check_content(text), self._content_shown()
        self._keep_version(text, why)
        after = self._mask_content(text)
        # sudo: nobody has the right to write events; only code does.
        event = self._whole()
        if event.payload:
            event.payload = {**event.payload, "data": content}
        else:
            event.write(
                {
                    "body": base64.b64encode(text.encode()),
                    "content_type": cloudevents.PLAIN_MEDIA_TYPE,
                    "headers": self._headers_of_json() or False,
                }
            )
        removed, added = changed_lines(comparable(before), comparable(after))
        self.env["mfg.audit.entry"].with_context(
            mfg_correlation_id=self.correlation_id, mfg_causation_id=self.uuid
        )._append(self, "payload.corrected", old=removed, new=added, why=why)
        self._queue_again()

    def _headers_of_json(self):
        """The kept headers for a body that a person wrote, which is JSON."""
        kept = dict(self.headers or {})
        kept.pop(webhook_body.CONTENT_TYPE, None)
        return kept

    def _keep_version(self, text, why):
        """Add the corrected version, behind the received one."""
        versions = []
        if not self.version_ids:
            versions.append(
                {
                    "number": 1,
                    "content": self._content(),
                    "edited_at": self.received_at,
                }
            )
        versions.append(
            {
                "number": (max(self.version_ids.mapped("number"), default=1)) + 1,
                "content": text,
                "editor_id": self.env.uid,
                "edited_at": fields.Datetime.now(),
                "why": why,
            }
        )
        # sudo: nobody has the right to write versions; only code does.
        self.env["mfg.payload.version"].sudo().create(
            [{"event_id": self.id, **version} for version in versions]
        )


def _pretty(content) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False)
