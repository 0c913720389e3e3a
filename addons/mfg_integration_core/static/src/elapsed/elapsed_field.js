/** @odoo-module **/

import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {Component, xml} from "@odoo/owl";

import {formatElapsed} from "../case_timeline/case_timeline_rows";

/** Seconds as people say them: "3 d 4 h". */
export class ElapsedField extends Component {
    static template = xml`<span class="text-nowrap" t-esc="label" />`;
    static props = {...standardFieldProps};

    get label() {
        return formatElapsed(this.props.record.data[this.props.name]);
    }
}

export const elapsedField = {
    component: ElapsedField,
    displayName: _t("Length of Time"),
    supportedTypes: ["integer", "float"],
};

registry.category("fields").add("mfg_elapsed", elapsedField);
