/** @odoo-module **/

import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {Component} from "@odoo/owl";

import {CodeBlock} from "./code_block";

/** A text that is code, with a copy button. */
export class CodeField extends Component {
    static template = "mfg_integration_core.JsonCodeField";
    static components = {CodeBlock};
    static props = {...standardFieldProps};

    get text() {
        return this.props.record.data[this.props.name] || "";
    }
}

export const codeField = {
    component: CodeField,
    displayName: _t("Code"),
    supportedTypes: ["text"],
};

registry.category("fields").add("mfg_code", codeField);
