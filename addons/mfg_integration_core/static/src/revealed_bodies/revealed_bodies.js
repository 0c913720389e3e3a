/** @odoo-module **/

import {CodeBlock} from "../json_code/code_block";
import {registry} from "@web/core/registry";
import {Component} from "@odoo/owl";

/** Whole bodies, as one call brought them: gone when the dialog is closed. */
export class RevealedBodies extends Component {
    static template = "mfg_integration_core.RevealedBodies";
    static components = {CodeBlock};
    static props = ["*"];

    get bodies() {
        return this.props.action.params.bodies;
    }
}

registry.category("actions").add("mfg_revealed_bodies", RevealedBodies);
