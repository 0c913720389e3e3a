/** @odoo-module **/

import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useOpenDocument} from "../document_link/use_open_document";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {Component} from "@odoo/owl";

const {DateTime} = luxon;

/**
 * The banner of a document that is blocked: by what, since when, who can clear it.
 *
 * Sits on the Json field `mfg_blockers`; what is named there opens on click.
 */
export class BlockersField extends Component {
    static template = "mfg_integration_core.BlockersField";
    static props = {...standardFieldProps};

    setup() {
        this.openDocument = useOpenDocument();
    }

    get blockers() {
        const blockers = this.props.record.data[this.props.name] || [];
        return blockers.map((blocker) => ({
            ...blocker,
            sinceTold: DateTime.fromISO(blocker.since)
                .toLocal()
                .toLocaleString(DateTime.DATETIME_MED),
        }));
    }

    open(document) {
        return this.openDocument(document);
    }
}

export const blockersField = {
    component: BlockersField,
    displayName: _t("Blocked by"),
    supportedTypes: ["json"],
};

registry.category("fields").add("mfg_blockers", blockersField);
