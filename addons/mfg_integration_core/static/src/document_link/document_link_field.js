/** @odoo-module **/

import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useOpenDocument} from "../document_link/use_open_document";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {Component} from "@odoo/owl";

/**
 * The name of a document of any model, opening the document on click.
 *
 * Sits on the field with the name; the options `model_field` and `id_field` tell where
 * the document is, by default `res_model` and `res_id`. Both must be in the view.
 */
export class DocumentLinkField extends Component {
    static template = "mfg_integration_core.DocumentLinkField";
    static props = {...standardFieldProps, modelField: String, idField: String};

    setup() {
        this.openDocument = useOpenDocument();
    }

    get label() {
        return this.props.record.data[this.props.name];
    }

    get model() {
        return this.props.record.data[this.props.modelField];
    }

    get resId() {
        const value = this.props.record.data[this.props.idField];
        // 19 hands a many2one_reference over as {resId}, 17 as a number.
        return (value && value.resId) || value;
    }

    open() {
        return this.openDocument({model: this.model, id: this.resId});
    }
}

export const documentLinkField = {
    component: DocumentLinkField,
    displayName: _t("Document Link"),
    supportedTypes: ["char"],
    extractProps: ({options}) => ({
        modelField: options.model_field || "res_model",
        idField: options.id_field || "res_id",
    }),
};

registry.category("fields").add("mfg_document", documentLinkField);
