/* The main job as its users do it, in three parts: the test runs the scheduled jobs
 * in between. Credentials and order number are those tests/test_tour.py gives the
 * sandbox. */

import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const dialog = (field) => `.modal div[name=${field}] input`;

tours.add("amazon_connect_and_pull", {
    steps: () => [
        {
            content: "The accounts are empty: Connect is in the menu",
            trigger: ".o_menu_sections [data-menu-xmlid='amazon_connector.amazon_configuration_menu']",
            run: "click",
        },
        {
            trigger: ".dropdown-item[data-menu-xmlid='amazon_connector.amazon_connect_menu']",
            run: "click",
        },
        {
            content: "Look for the home marketplace by its country",
            trigger: dialog("marketplace_id"),
            run: "edit United States",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains(Amazon.com)",
            run: "click",
        },
        { trigger: dialog("seller_id"), run: "edit A1TOURSELLER" },
        { trigger: dialog("client_id"), run: "edit amzn1.application-oa2-client.tour" },
        { trigger: dialog("client_secret"), run: "edit amzn1.oa2-cs.v1.wrong" },
        { trigger: dialog("refresh_token"), run: "edit Atzr|tour" },
        { trigger: ".modal footer button[name=action_connect]", run: "click" },
        {
            content: "A wrong secret is named",
            trigger: ".modal:contains(refuses the LWA client ID or secret) footer button",
            run: "click",
        },
        { trigger: dialog("client_secret"), run: "edit amzn1.oa2-cs.v1.tour" },
        { trigger: ".modal footer button[name=action_connect]", run: "click" },
        {
            content: "The account is connected and its store was found",
            trigger: ".o_arrow_button_current[data-value=connected]",
        },
        { trigger: "div[name=store_ids] .o_data_row:contains(Amazon.com)" },
        { trigger: "button[name=action_pull_now]", run: "click" },
        { trigger: ".o_notification:contains(Orders are being pulled)" },
    ],
});

tours.add("amazon_ship", {
    steps: () => [
        {
            content: "The pulled order is a sale",
            trigger: ".o_data_row:contains(111-2222222-3333333):contains(Imported) td[name=amazon_order_ref]",
            run: "click",
        },
        { trigger: "button[name=action_view_sale]", run: "click" },
        {
            content: "The sale says where it comes from",
            trigger: ".o_form_view button[name=action_view_amazon_order]:contains(Unshipped)",
        },
        { trigger: "button[name=action_view_delivery]", run: "click" },
        { trigger: "a.nav-link[name=extra]", run: "click" },
        { trigger: "div[name=carrier_id] input", run: "edit UPS Ground" },
        { trigger: ".o-autocomplete--dropdown-item:contains(UPS Ground)", run: "click" },
        {
            trigger: "div[name=carrier_tracking_ref] input",
            run: "edit 1Z999AA10123456784",
        },
        { trigger: "button[name=button_validate]", run: "click" },
        { trigger: ".o_arrow_button_current[data-value=done]" },
        { trigger: "button[name=action_view_amazon_submissions]:contains(To Send)" },
    ],
});

tours.add("amazon_confirmed", {
    steps: () => [
        {
            content: "The transfer says that Amazon has it",
            trigger: "button[name=action_view_amazon_submissions]:contains(Confirmed)",
            run: "click",
        },
        {
            trigger: ".o_data_row:contains(1Z999AA10123456784) .badge:contains(Confirmed)",
        },
    ],
});
