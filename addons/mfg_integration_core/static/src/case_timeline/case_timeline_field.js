/** @odoo-module **/

import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useOpenDocument} from "../document_link/use_open_document";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {Component, useState} from "@odoo/owl";

import {formatElapsed, timelineRows} from "./case_timeline_rows";

const KINDS = [
    {kind: "event", label: _t("Received")},
    {kind: "message", label: _t("Sent")},
    {kind: "attempt", label: _t("Attempts")},
    {kind: "document", label: _t("Documents")},
    {kind: "hold", label: _t("Holds")},
    {kind: "work", label: _t("Work")},
    {kind: "posting", label: _t("Postings")},
    {kind: "state", label: _t("States")},
    {kind: "note", label: _t("Notes")},
];

/**
 * Everything one cause set off, in order: the Json field `timeline` of a case.
 *
 * Each entry opens the record it tells of. Chips narrow the list to some kinds; times
 * stay those of the whole chain.
 */
export class CaseTimelineField extends Component {
    static template = "mfg_integration_core.CaseTimelineField";
    static props = {...standardFieldProps};

    setup() {
        this.openDocument = useOpenDocument();
        this.state = useState({kind: null});
    }

    get entries() {
        return this.props.record.data[this.props.name] || [];
    }

    get rows() {
        const {kind} = this.state;
        return timelineRows(
            this.entries.filter((entry) => !kind || entry.kind === kind),
        );
    }

    get span() {
        return formatElapsed(this.entries[this.entries.length - 1].elapsed_s);
    }

    /** The kinds that occur, each with its count; none when a filter would be no help. */
    get kinds() {
        const counted = KINDS.map(({kind, label}) => ({
            kind,
            label: label.toString(),
            count: this.entries.filter((entry) => entry.kind === kind).length,
        })).filter(({count}) => count);
        return counted.length > 1 ? counted : [];
    }

    toggleKind(kind) {
        this.state.kind = this.state.kind === kind ? null : kind;
    }

    open(document) {
        return this.openDocument(document);
    }
}

export const caseTimelineField = {
    component: CaseTimelineField,
    displayName: _t("Case Timeline"),
    supportedTypes: ["json"],
};

registry.category("fields").add("mfg_case_timeline", caseTimelineField);
