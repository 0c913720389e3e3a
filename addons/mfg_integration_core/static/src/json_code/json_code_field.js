/** @odoo-module **/

import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {Component} from "@odoo/owl";

import {CodeBlock} from "./code_block";

/** CloudEvents attributes in the order in which people read them; `data` comes last. */
const FIRST = ["specversion", "id", "type", "source", "subject", "time"];

/**
 * PostgreSQL keeps the keys of an object by length. Show an event's attributes in the
 * order of the standard, then further ones, and values with parts of their own last.
 */
function inReadingOrder(value) {
    if (Array.isArray(value) || typeof value !== "object") {
        return value;
    }
    const rank = (key) => {
        const known = FIRST.indexOf(key);
        const isNested = value[key] !== null && typeof value[key] === "object";
        return isNested ? FIRST.length + 1 : known < 0 ? FIRST.length : known;
    };
    const keys = Object.keys(value).sort((one, other) => rank(one) - rank(other));
    return Object.fromEntries(keys.map((key) => [key, value[key]]));
}

/** A Json field as a person reads it: indented, coloured, with a copy button. */
export class JsonCodeField extends Component {
    static template = "mfg_integration_core.JsonCodeField";
    static components = {CodeBlock};
    static props = {...standardFieldProps};

    get text() {
        const value = this.props.record.data[this.props.name];
        return value ? JSON.stringify(inReadingOrder(value), null, 2) : "";
    }
}

export const jsonCodeField = {
    component: JsonCodeField,
    displayName: _t("Formatted JSON"),
    supportedTypes: ["json"],
};

registry.category("fields").add("mfg_json", jsonCodeField);
