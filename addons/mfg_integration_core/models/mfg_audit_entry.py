import hashlib
import json
from datetime import datetime, timezone

from psycopg2.extras import execute_values

from odoo import _, api, fields, models
from odoo.exceptions import AccessError

#: What the digest of the first entry is chained to.
GENESIS = "0" * 64
#: Key of the advisory lock that makes the sealer the only one: "mfg-seal" in ASCII.
SEALER_LOCK = int.from_bytes(b"mfg-seal", "big")
SEAL_BATCH = 5000
#: Groups whose users may have the whole chain verified.
VERIFIERS = (
    "mfg_integration_core.group_auditor",
    "mfg_integration_core.group_administrator",
)
SEALED_COLUMNS = (
    "at",
    "actor",
    "action",
    "res_model",
    "res_id",
    "display",
    "old_value",
    "new_value",
    "why",
    "message_uuid",
    "correlation_id",
    "company_ref",
    "plant_ref",
)


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

    # ----------------------------------------------------------------- actions

    def action_verify(self):
        """Check the whole chain and say the result.

        :raise AccessError: the user neither audits nor administers
        """
        user = self.env.user
        if not self.env.su and not any(map(user.has_group, VERIFIERS)):
            raise AccessError(
                _("Only an Integration Auditor or Administrator verifies the trail.")
            )
        intact, told = self.sudo()._verdict()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if intact else "danger",
                "message": told,
                "sticky": not intact,
            },
        }

    def action_open_document(self):
        """The form of the document, if it still exists."""
        self.ensure_one()
        if self.res_model not in self.env:
            return False
        document = self.env[self.res_model].browse(self.res_id).exists()
        return document.get_formview_action() if document else False

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
        return {**entry, "canonical": _canonical(entry)}

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

    # ------------------------------------------------------------------- chain

    @api.model
    def _cron_seal(self):
        """Seal what was committed since the last time.

        :return: how many entries were sealed

        One sealer at a time. A snapshot older than another sealer's commit is no
        danger: both start at the oldest unsealed entry, so the second update fails.
        """
        cr = self.env.cr
        cr.execute("SELECT pg_try_advisory_xact_lock(%s)", (SEALER_LOCK,))
        if not cr.fetchone()[0]:
            return 0
        self.env["mfg.audit.entry"].flush_model()
        count = 0
        while sealed := self._seal_batch():
            count += sealed
        self.invalidate_model(flush=False)
        return count

    @api.model
    def _seal_batch(self):
        """Chain the oldest unsealed entries; how many there were."""
        cr = self.env.cr
        number, previous = self._head()
        cr.execute(
            """
            SELECT id, canonical FROM mfg_audit_entry
             WHERE seal_number IS NULL ORDER BY id LIMIT %s
            """,
            (SEAL_BATCH,),
        )
        links = []
        for entry_id, canonical in cr.fetchall():
            number += 1
            digest = _digest(previous, canonical)
            links.append((entry_id, number, previous, digest))
            previous = digest
        if links:
            execute_values(
                # Odoo's cursor delegates to psycopg2's, which execute_values needs.
                cr._obj,
                """
                UPDATE mfg_audit_entry AS entry
                   SET seal_number = link.number,
                       previous = link.previous,
                       digest = link.digest,
                       sealed_at = clock_timestamp() AT TIME ZONE 'UTC'
                  FROM (VALUES %s) AS link (id, number, previous, digest)
                 WHERE entry.id = link.id
                """,
                links,
                page_size=len(links),
            )
        return len(links)

    @api.model
    def _head(self):
        """Number and digest of the last sealed entry."""
        self.env.cr.execute(
            """
            SELECT seal_number, digest FROM mfg_audit_entry
             WHERE seal_number IS NOT NULL ORDER BY seal_number DESC LIMIT 1
            """
        )
        return self.env.cr.fetchone() or (0, GENESIS)

    @api.model
    def _verdict(self, known_head=None):
        """Whether the chain is whole, and a sentence that says so or names its break.

        :param known_head: ``number:digest`` of a link that was noted before, e.g. from
            the server's log; without one a chain whose end was cut off is whole
        """
        broken = self._verify() or self._missing_head(known_head)
        if broken:
            return False, broken
        number, digest = self._head()
        unsealed = self.search_count([("seal_number", "=", False)])
        return True, _(
            "The chain is intact: each of the %(number)s sealed entries is as it was"
            " written. %(unsealed)s are not sealed yet. Its head is"
            " %(number)s:%(digest)s.",
            number=number,
            unsealed=unsealed,
            digest=digest,
        )

    @api.model
    def _missing_head(self, known_head):
        """What is wrong with a link that was noted before, or an empty string."""
        if not known_head:
            return ""
        number, _colon, digest = known_head.partition(":")
        known = number.isdecimal() and self.search(
            [("seal_number", "=", int(number)), ("digest", "=", digest)], limit=1
        )
        if known:
            return ""
        return _("The chain has no link %(head)s any more.", head=known_head)

    @api.model
    def _verify(self):
        """The first break of the chain in words, or an empty string.

        Found are: an entry changed, removed or inserted, wherever it was done.
        """
        columns = ", ".join(SEALED_COLUMNS)
        expected, previous = 1, GENESIS
        while True:
            self.env.cr.execute(
                f"""
                SELECT seal_number, previous, digest, canonical, {columns}
                  FROM mfg_audit_entry WHERE seal_number >= %s
                 ORDER BY seal_number LIMIT %s
                """,
                (expected, SEAL_BATCH),
            )
            rows = self.env.cr.fetchall()
            for number, stored_previous, digest, canonical, *values in rows:
                if number != expected:
                    return _("Entry %(number)s is missing.", number=expected)
                if stored_previous != previous or digest != _digest(
                    previous, canonical
                ):
                    return _("Entry %(number)s breaks the chain.", number=number)
                if not _agrees(
                    canonical, dict(zip(SEALED_COLUMNS, values, strict=True))
                ):
                    return _("Entry %(number)s was changed.", number=number)
                expected, previous = number + 1, digest
            if len(rows) < SEAL_BATCH:
                return ""


def _canonical(entry: dict) -> str:
    """The one text of an entry: JSON, ASCII, keys sorted, no spaces, no nulls."""
    known = {key: value for key, value in entry.items() if value is not None}
    known["at"] = known["at"].isoformat(timespec="microseconds")
    return json.dumps(known, sort_keys=True, separators=(",", ":"))


def _digest(previous: str, canonical: str) -> str:
    return hashlib.sha256((previous + canonical).encode()).hexdigest()


def _agrees(canonical: str, stored: dict) -> bool:
    """Whether the columns still say what the canonical text says."""
    return _canonical(stored) == canonical
