/** @odoo-module **/

import {useService} from "@web/core/utils/hooks";

/**
 * For the setup of a component: a function that opens the form of a document, given as
 * `{model, id}`.
 */
export function useOpenDocument() {
    const action = useService("action");
    return ({model, id}) =>
        action.doAction({
            type: "ir.actions.act_window",
            res_model: model,
            res_id: id,
            views: [[false, "form"]],
        });
}
