/** @odoo-module **/

import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {Component} from "@odoo/owl";

import {formatElapsed} from "../case_timeline/case_timeline_rows";

/** Milliseconds as a bar beside its siblings; the record has `duration_share`. */
export class DurationField extends Component {
    static template = "mfg_integration_core.DurationField";
    static props = {...standardFieldProps};

    get label() {
        return formatElapsed(this.props.record.data[this.props.name] / 1000);
    }

    get width() {
        return `${this.props.record.data.duration_share || 0}%`;
    }
}

export const durationField = {
    component: DurationField,
    displayName: _t("Duration as a Bar"),
    supportedTypes: ["integer"],
};

registry.category("fields").add("mfg_duration", durationField);
