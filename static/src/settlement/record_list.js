/* A page of a form with a whole list in it: searched, paged and grouped like any other,
 * and loaded only when its page is opened. A settlement has 50,000 rows: a one2many
 * would bring all their ids with the form.
 *
 *     <widget name="amazon_record_list" model="amazon.settlement.line" inverse="settlement_id" />
 */

import { Component, useSubEnv } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { getDefaultConfig, View } from "@web/views/view";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

export class RecordList extends Component {
    static template = "amazon_connector.RecordList";
    static components = { View };
    static props = {
        ...standardWidgetProps,
        model: String,
        inverse: String,
        listView: { type: String, optional: true },
        groupBy: { type: String, optional: true },
    };

    setup() {
        this.action = useService("action");
        useSubEnv({ config: getDefaultConfig() }); // the form's own has other views
    }

    get key() {
        const { resId, data } = this.props.record;
        return `${resId}-${data.state}`;
    }

    /* the same object as long as nothing changed: a new one loads the list again */
    get viewProps() {
        if (this.cachedKey !== this.key) {
            this.cachedKey = this.key;
            this.cachedProps = this.makeViewProps();
        }
        return this.cachedProps;
    }

    makeViewProps() {
        const { model, inverse, record, listView, groupBy } = this.props;
        return {
            resModel: model,
            type: "list",
            views: [
                [false, "list"],
                [false, "search"],
            ],
            domain: [[inverse, "=", record.resId]],
            context: listView ? { list_view_ref: listView } : {},
            groupBy: groupBy ? [groupBy] : [],
            noBreadcrumbs: true,
            loadIrFilters: true,
            allowSelectors: false,
            display: { searchPanel: false },
            selectRecord: (resId) => this.open(resId),
        };
    }

    open(resId) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: this.props.model,
            res_id: resId,
            views: [[false, "form"]],
        });
    }
}

registry.category("view_widgets").add("amazon_record_list", {
    component: RecordList,
    extractProps: ({ attrs }) => ({
        model: attrs.model,
        inverse: attrs.inverse,
        listView: attrs.list_view,
        groupBy: attrs.group_by,
    }),
    supportedAttributes: [
        { label: "Model", name: "model", type: "string" },
        { label: "Field that leads back", name: "inverse", type: "string" },
        { label: "List View", name: "list_view", type: "string" },
        { label: "Group By", name: "group_by", type: "string" },
    ],
});
