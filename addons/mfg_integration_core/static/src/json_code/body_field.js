/** @odoo-module **/

import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {Component, onWillUpdateProps, useState} from "@odoo/owl";

import {CodeBlock} from "./code_block";

function textOfBase64(encoded) {
    const bytes = Uint8Array.from(atob(encoded), (char) => char.charCodeAt(0));
    return new TextDecoder().decode(bytes);
}

/**
 * The bytes that went over the wire, as text and on demand: a form reads only the size of
 * a binary field, and a body may be large.
 */
export class BodyField extends Component {
    static template = "mfg_integration_core.BodyField";
    static components = {CodeBlock};
    static props = {...standardFieldProps};

    setup() {
        this.orm = useService("orm");
        this.state = useState({text: ""});
        onWillUpdateProps((next) => {
            if (next.record.resId !== this.props.record.resId) {
                this.state.text = "";
            }
        });
    }

    get size() {
        return this.props.record.data[this.props.name];
    }

    get isEmpty() {
        return !this.size;
    }

    async load() {
        const {name, record} = this.props;
        const [values] = await this.orm.read(record.resModel, [record.resId], [name]);
        this.state.text = textOfBase64(values[name]);
    }
}

export const bodyField = {
    component: BodyField,
    displayName: _t("Message Body"),
    supportedTypes: ["binary"],
};

registry.category("fields").add("mfg_body", bodyField);
