/* The catalog as an administrator works it off: load, link what nothing fits, compare the
 * stock, switch stock out on. tests/test_catalog_tour.py runs the scheduled jobs in between. */

import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const row = (text) => `.o_list_view .o_data_row:contains(${text})`;

tours.add("amazon_catalog_load", {
    steps: () => [
        {
            content: "The empty list says where listings come from",
            trigger: ".o_view_nocontent:contains(Load Products)",
        },
        { trigger: ".o_control_panel button:contains(Load Products)", run: "click" },
        {
            content: "All connected stores are proposed",
            trigger: ".modal div[name=store_ids] .o_tag:contains(Amazon.com)",
        },
        { trigger: ".modal div[name=create_products] input", run: "click" },
        { trigger: ".modal div[name=amazon_is_master] input", run: "click" },
        {
            content: "The master is dangerous, and says so",
            trigger: ".modal .alert-danger:contains(overwritten)",
        },
        { trigger: ".modal div[name=amazon_is_master] input", run: "click" },
        { trigger: ".modal:not(:has(.alert-danger:visible))" },
        { trigger: ".modal footer button[name=action_load]", run: "click" },
        {
            content: "The load shows how far it is",
            trigger: row("Running"),
        },
    ],
});

tours.add("amazon_catalog_link", {
    steps: () => [
        {
            content: "The inbox shows what no product matches, and why",
            trigger: `${row("TWO-MUGS")}`,
        },
        { trigger: `${row("TWO-MUGS")} .o_list_record_selector input`, run: "click" },
        { trigger: ".o_control_panel button:contains(Link)", run: "click" },
        { trigger: ".modal div[name=product_id] input", run: "edit MUG-BLUE" },
        {
            trigger: ".o-autocomplete--dropdown-item:contains(MUG-BLUE-350)",
            run: "click",
        },
        { trigger: ".modal div[name=quantity_factor] input", run: "edit 2" },
        { trigger: ".modal footer button[name=action_apply]", run: "click" },
        {
            content: "The inbox is empty",
            trigger: ".o_view_nocontent:contains(Every listing has its product)",
        },
    ],
});

tours.add("amazon_stock_on", {
    steps: () => [
        {
            trigger: "button:contains(Switch On)",
            run: "click",
        },
        {
            content: "Not before the difference was looked at",
            trigger: ".modal footer button:contains(Compare First)",
            run: "click",
        },
        {
            content: "The two-pack is half of the mugs",
            trigger: `${row("TWO-MUGS")} td[name=quantity]:contains(50)`,
        },
        { trigger: ".breadcrumb-item a:contains(Amazon US)", run: "click" },
        { trigger: "button:contains(Switch On)", run: "click" },
        { trigger: ".modal div[name=confirmed] input", run: "click" },
        { trigger: ".modal footer button:contains(Switch On)", run: "click" },
        { trigger: "div[name=sync_stock] input:checked" },
    ],
});
