from datetime import datetime, timezone

from odoo import api, fields, models

from ..protocols.audit_chain import canonical


class MfgAuditEntry(models.Model):
    """Who did what to what, and why; written once and chained by hashes.

    Rows have no foreign key and no ``write_uid``, so that nothing else can change
    them. An entry is written unsealed, in the transaction of what it tells; the
    sealer gives it its place in the chain afterwards, since rows do not commit in the
    order of their ids. A trigger allows that one update and nothing else.

    digest = SHA-256 (digest of the entry before + canonical text), hexadecimal.
    """

    _name = "mfg.audit.entry"
    _description = "Audit Entry"
    _order = "id desc"
    _rec_name = "action"
    _log_access = False

    at = fields.Datetime(required=True, readonly=True, index=True)
    actor = fields.Char(readonly=True, help="Login of the acting user.")
    action = fields.Char(required=True, readonly=True)
    res_model = fields.Char("Document Model", readonly=True)
    res_id = fields.Integer("Document ID", readonly=True)
    display = fields.Char("Document", readonly=True, help="Its name at the time.")
    old_value = fields.Char("Before", readonly=True)
    new_value = fields.Char("After", readonly=True)
    why = fields.Text(readonly=True)
    told = fields.Char(
        "What Happened", compute="_compute_told", help="The entry in a person's words."
    )
    message_uuid = fields.Char(
        "Caused by", readonly=True, help="UUID of the event that was being handled."
    )
    correlation_id = fields.Char("Correlation ID", readonly=True, index=True)
    # Numbers, not references: an entry has no foreign key. 0 = belongs to all.
    company_ref = fields.Integer("Company ID", readonly=True, group_operator=None)
    plant_ref = fields.Integer("Plant ID", readonly=True, group_operator=None)
    # Columns that are added later must be nullable and join SEALED_COLUMNS: an entry
    # is checked against the keys of its own canonical text.
    canonical = fields.Text(readonly=True, help="What the digest is computed from.")
    seal_number = fields.Integer(readonly=True, help="Place in the chain, from 1.")
    previous = fields.Char(readonly=True, help="Digest of the entry before.")
    digest = fields.Char(readonly=True)
    sealed_at = fields.Datetime(readonly=True)

    def init(self):
        """Let the database itself refuse every change but the sealing."""
        self.env.cr.execute(
            """
            CREATE UNIQUE INDEX IF NOT EXISTS mfg_audit_entry_seal_number_unique
                ON mfg_audit_entry (seal_number);
            CREATE INDEX IF NOT EXISTS mfg_audit_entry_unsealed_index
                ON mfg_audit_entry (id) WHERE seal_number IS NULL;
            CREATE INDEX IF NOT EXISTS mfg_audit_entry_document_index
                ON mfg_audit_entry (res_model, res_id);

            CREATE OR REPLACE FUNCTION mfg_audit_entry_guard() RETURNS trigger AS $$
            DECLARE
                seal text[] := ARRAY['seal_number', 'previous', 'digest', 'sealed_at'];
            BEGIN
                IF TG_OP = 'UPDATE' THEN
                    IF OLD.seal_number IS NULL
                       AND NEW.seal_number IS NOT NULL
                       AND to_jsonb(NEW) - seal = to_jsonb(OLD) - seal THEN
                        RETURN NEW;
                    END IF;
                END IF;
                RAISE EXCEPTION 'mfg_audit_entry is append-only: % refused', TG_OP
                    USING ERRCODE = 'insufficient_privilege';
            END
            $$ LANGUAGE plpgsql;

            DROP TRIGGER IF EXISTS mfg_audit_entry_guard_rows ON mfg_audit_entry;
            CREATE TRIGGER mfg_audit_entry_guard_rows
                BEFORE UPDATE OR DELETE ON mfg_audit_entry
                FOR EACH ROW EXECUTE FUNCTION mfg_audit_entry_guard();
            DROP TRIGGER IF EXISTS mfg_audit_entry_guard_table ON mfg_audit_entry;
            CREATE TRIGGER mfg_audit_entry_guard_table
                BEFORE TRUNCATE ON mfg_audit_entry
                FOR EACH STATEMENT EXECUTE FUNCTION mfg_audit_entry_guard();
            """
        )

    @api.depends("action", "display", "old_value", "new_value")
    def _compute_told(self):
        for entry in self:
            entry.told = self.env["mfg.case"]._entry_title(entry)

    # ----------------------------------------------------------------- writing

    @api.model
    def _append(self, record, action, *, old=None, new=None, why=None):
        """Add one entry about ``record``, as part of the transaction at hand.

        :param action: ``<subject>.<what>``, such as ``hold.placed``
        :return: the entry
        """
        return self._append_all(
            [self._prepare_entry(record, action, old=old, new=new, why=why)]
        )

    @api.model
    def _append_all(self, entries):
        """Add prepared entries in one statement."""
        # sudo: nobody has the right to write the audit trail; only code does.
        return self.sudo().create(list(entries))

    @api.model
    def _prepare_entry(self, record, action, *, old=None, new=None, why=None):
        """Values of one entry; actor, cause and chain come from the environment."""
        context = self.env.context
        entry = {
            # Not fields.Datetime.now(): a second is too coarse to order a chain.
            "at": datetime.now(timezone.utc).replace(tzinfo=None),
            "actor": self.env.user.login,
            "action": action,
            "res_model": record._name,
            "res_id": record.id,
            "display": record.sudo().display_name,
            "old_value": old or None,
            "new_value": new or None,
            "why": why or None,
            "message_uuid": context.get("mfg_causation_id"),
            "correlation_id": self._chain_of(record),
            **self._home_of(record),
        }
        return {**entry, "canonical": canonical(entry)}

    @api.model
    def _home_of(self, record):
        """Which users may read about the record: those of its company and plant."""
        plants = self.env["mfg.plant"]
        company = plants._companies_of(record).get(record.id)
        return {
            "company_ref": company.id if company else 0,
            "plant_ref": plants._plant_of(record).id or 0,
        }

    @api.model
    def _chain_of(self, record):
        """Correlation id of the work at hand, else of what the record belongs to."""
        chain = self.env.context.get("mfg_correlation_id")
        if not chain and "mfg_correlation_id" in record._fields:
            chain = record.sudo().mfg_correlation_id
        return chain or None
