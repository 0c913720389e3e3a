/** @odoo-module **/

import {Component, onWillStart, onWillUnmount, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";

/** Milliseconds between two looks at the plant. */
const REFRESH_MS = 10000;

/** What the machines of a line do, for a monitor in the hall. */
export class LineScreen extends Component {
    static template = "mfg_integration_edge.LineScreen";
    static props = ["*"];

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.lineId = this.lineOf(this.props.action);
        this.state = useState({
            title: "",
            workcenters: [],
            now: Date.now(),
            lost: false,
            trouble: "",
        });
        onWillStart(() => this.refresh());
        const timer = setInterval(() => this.refresh(), REFRESH_MS);
        onWillUnmount(() => clearInterval(timer));
    }

    /** The line of this screen, false for all of them. */
    lineOf(action) {
        const {line_id: lineId, of_line: ofLine} = action?.params || {};
        return lineId || (ofLine && action.context?.active_id) || false;
    }

    /** Back to the menus: to the lines, or to what all machines did. */
    leave() {
        const back = this.lineId
            ? "mfg_integration_edge.mfg_line_action_screen"
            : "mfg_integration_edge.mfg_edge_state_action";
        return this.action.doAction(back, {clearBreadcrumbs: true});
    }

    /** Ask again; what cannot be asked for is shown as unknown, not as it was. */
    async refresh() {
        try {
            const shown = await this.orm.silent.call(
                "mrp.workcenter",
                "get_mfg_line_screen",
                [this.lineId],
            );
            Object.assign(this.state, shown, {now: Date.now(), lost: false});
        } catch (error) {
            // What the server refuses it says itself; without it there is none.
            const trouble = error.data?.message || _t("No connection");
            Object.assign(this.state, {now: Date.now(), lost: true, trouble});
            console.warn("The line screen could not be refreshed:", error.message);
        }
    }

    availability(workcenter) {
        return this.state.lost ? "unknown" : workcenter.availability;
    }

    stateWord(workcenter) {
        return this.state.lost ? _t("Unknown") : workcenter.state;
    }

    /** Such as "12 min"; empty when nobody knows. */
    since(workcenter) {
        if (this.state.lost || !workcenter.since) {
            return "";
        }
        const minutes = Math.max(
            0,
            Math.floor((this.state.now - Date.parse(workcenter.since)) / 60000),
        );
        if (minutes < 60) {
            return _t("%s min", minutes);
        }
        const hours = Math.floor(minutes / 60);
        return hours < 48
            ? _t("%s h %s min", hours, minutes % 60)
            : _t("%s d", Math.floor(hours / 24));
    }

    quantity(number) {
        return (number || 0).toLocaleString(undefined, {maximumFractionDigits: 1});
    }

    /** Such as "79 %", with a star when a part of the time is unknown. */
    oee(workcenter) {
        if (this.state.lost || workcenter.oee === false) {
            return _t("unknown");
        }
        const percent = `${Math.round(workcenter.oee * 100)} %`;
        return workcenter.is_complete ? percent : `${percent} *`;
    }
}

registry.category("actions").add("mfg_line_screen", LineScreen);
