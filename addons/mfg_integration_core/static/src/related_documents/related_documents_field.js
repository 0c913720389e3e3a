/** @odoo-module **/

import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useOpenDocument} from "../document_link/use_open_document";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {Component} from "@odoo/owl";

/** Documents of any model, each opened by a click on its name. */
export class RelatedDocumentsField extends Component {
    static template = "mfg_integration_core.RelatedDocumentsField";
    static props = {...standardFieldProps};

    setup() {
        this.openDocument = useOpenDocument();
    }

    get documents() {
        return this.props.record.data[this.props.name] || [];
    }

    open(document) {
        return this.openDocument(document);
    }
}

export const relatedDocumentsField = {
    component: RelatedDocumentsField,
    displayName: _t("Related Documents"),
    supportedTypes: ["json"],
};

registry.category("fields").add("mfg_related_documents", relatedDocumentsField);
