/** @odoo-module **/

import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {Component} from "@odoo/owl";

const KINDS = {"+": "added", "-": "removed", "@": "place"};

/** A unified difference with the lines that came and went in colour. */
export class DifferenceField extends Component {
    static template = "mfg_integration_core.DifferenceField";
    static props = {...standardFieldProps};

    get lines() {
        const text = this.props.record.data[this.props.name] || "";
        return text
            ? text
                  .split("\n")
                  .map((line) => ({text: line, kind: KINDS[line[0]] || "same"}))
            : [];
    }
}

export const differenceField = {
    component: DifferenceField,
    displayName: _t("Difference"),
    supportedTypes: ["text"],
};

registry.category("fields").add("mfg_difference", differenceField);
