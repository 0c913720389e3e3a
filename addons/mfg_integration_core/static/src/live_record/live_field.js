/** @odoo-module **/

import {browser} from "@web/core/browser/browser";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {Component, onMounted, onWillUnmount, xml} from "@odoo/owl";

const REFRESH_MS = 2000;

/** Reads its record again every other second while the field says that work goes on. */
export class LiveField extends Component {
    static template = xml`
        <span t-if="isOpen" class="text-muted">
            <i class="fa fa-refresh fa-spin me-1" aria-hidden="true" />Working…
        </span>`;
    static props = {...standardFieldProps};

    setup() {
        onMounted(() => {
            this.timer = browser.setInterval(() => this.refresh(), REFRESH_MS);
        });
        onWillUnmount(() => browser.clearInterval(this.timer));
    }

    get isOpen() {
        return this.props.record.data[this.props.name];
    }

    async refresh() {
        if (this.isOpen && !this.isLoading) {
            this.isLoading = true;
            await this.props.record.load();
            this.isLoading = false;
        }
    }
}

export const liveField = {
    component: LiveField,
    displayName: _t("Live Progress"),
    supportedTypes: ["boolean"],
};

registry.category("fields").add("mfg_live", liveField);
