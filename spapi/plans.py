"""Amazon's default usage plans: PLANS = {operation: (calls per second, burst)}.

Source: the usage-plan tables in the operation descriptions of Amazon's models
(2026-08-05). The account's own rate comes with each answer and is learned.
`getShipment` exists in two APIs; the slower plan (Merchant Fulfillment) is here.
"""

_GROUPS = [
    # Orders 2026-01-01 and v0
    (0.0056, 20, "searchOrders"),
    (0.5, 30, "getOrder getOrderItems getOrderAddress getOrderBuyerInfo"),
    (0.5, 30, "getOrderItemsBuyerInfo getOrderRegulatedInfo updateVerificationStatus"),
    (0.0167, 20, "getOrders"),
    (2, 10, "confirmShipment"),
    (5, 15, "updateShipmentStatus"),
    # Reports and feeds 2021-06-30
    (0.0167, 15, "createReport getReportDocument"),
    (2, 15, "getReport getFeed cancelFeed"),
    (0.0222, 10, "getReports cancelReport getReportSchedules createReportSchedule"),
    (0.0222, 10, "getReportSchedule cancelReportSchedule getFeeds getFeedDocument"),
    (0.5, 15, "createFeedDocument"),
    (0.0083, 15, "createFeed"),
    # Listings 2021-08-01, catalog 2022-04-01, product types 2020-09-01
    (5, 10, "getListingsItem putListingsItem getListingsRestrictions"),
    (5, 5, "patchListingsItem deleteListingsItem searchListingsItems"),
    (2, 2, "searchCatalogItems getCatalogItem"),
    (5, 10, "searchDefinitionsProductTypes getDefinitionsProductType"),
    # Prices and fees
    (0.5, 1, "getPricing getCompetitivePricing getItemOffers getListingOffersBatch"),
    (1, 2, "getListingOffers getMyFeesEstimateForSKU getMyFeesEstimateForASIN"),
    (0.1, 1, "getItemOffersBatch"),
    (0.033, 1, "getFeaturedOfferExpectedPriceBatch getCompetitiveSummary"),
    (0.5, 1, "getMyFeesEstimates"),
    # FBA inventory v1
    (2, 2, "getInventorySummaries"),
    # Finances 2024-06-19 and v0, transfers 2024-06-01
    (0.5, 10, "listTransactions listBalances listSummary"),
    (0.5, 30, "listFinancialEventGroups listFinancialEvents"),
    (0.5, 30, "listFinancialEventsByGroupId listFinancialEventsByOrderId"),
    (0.5, 10, "listPayouts listExpectedPayouts"),
    (0.017, 2, "initiatePayout"),
    (0.5, 30, "getPaymentMethods"),
    # Fulfillment outbound 2020-07-01 and 2026-07-04
    (5, 30, "deliveryOffers getOffers"),
    (2, 30, "getFulfillmentPreview listAllFulfillmentOrders createFulfillmentOrder"),
    (2, 30, "getPackageTrackingDetails listReturnReasonCodes getFulfillmentOrder"),
    (2, 30, "createFulfillmentReturn updateFulfillmentOrder cancelFulfillmentOrder"),
    (2, 30, "submitFulfillmentOrderStatusUpdate getFeatures getFeatureInventory"),
    (2, 30, "getFeatureSKU"),
    # Fulfillment inbound 2024-03-20 and v0
    (2, 6, "listInboundPlans getInboundPlan listInboundPlanBoxes listPackingOptions"),
    (2, 6, "listInboundPlanItems listInboundPlanPallets listPlacementOptions"),
    (2, 6, "getDeliveryChallanDocument listTransportationOptions"),
    (2, 6, "listItemComplianceDetails updateItemComplianceDetails"),
    (2, 6, "getInboundOperationStatus"),
    (2, 2, "createInboundPlan cancelInboundPlan setPackingInformation"),
    (2, 2, "generatePackingOptions confirmPackingOption generatePlacementOptions"),
    (2, 2, "confirmPlacementOption updateShipmentTrackingDetails listPrepDetails"),
    (2, 2, "generateTransportationOptions confirmTransportationOptions"),
    (2, 2, "cancelSelfShipAppointment getSelfShipAppointmentSlots"),
    (2, 2, "generateSelfShipAppointmentSlots scheduleSelfShipAppointment"),
    (2, 30, "updateInboundPlanName listPackingGroupBoxes listPackingGroupItems"),
    (2, 30, "listShipmentBoxes listShipmentItems listShipmentPallets setPrepDetails"),
    (2, 30, "listShipmentContentUpdatePreviews getShipmentContentUpdatePreview"),
    (2, 30, "generateShipmentContentUpdatePreviews updateShipmentName"),
    (2, 30, "confirmShipmentContentUpdatePreview listDeliveryWindowOptions"),
    (2, 30, "generateDeliveryWindowOptions confirmDeliveryWindowOptions"),
    (2, 30, "updateShipmentSourceAddress createMarketplaceItemLabels"),
    (2, 30, "getShipments getShipmentItems getShipmentItemsByShipmentId getLabels"),
    (2, 30, "getBillOfLading getPrepInstructions"),
    # Merchant fulfillment v0
    (6, 12, "getEligibleShipmentServices"),
    (2, 2, "createShipment"),
    (1, 1, "getShipment cancelShipment getAdditionalSellerInputs"),
    # Notifications v1, tokens 2021-03-01, sellers v1
    (1, 5, "getSubscription getSubscriptions createSubscription getSubscriptionById"),
    (1, 5, "deleteSubscriptionById sendTestNotification getDestinations"),
    (1, 5, "createDestination getDestination deleteDestination"),
    (1, 10, "createRestrictedDataToken"),
    (0.016, 15, "getMarketplaceParticipations getAccount"),
    # Messaging v1, solicitations v1
    (1, 5, "getMessagingActionsForOrder confirmCustomizationDetails getAttributes"),
    (1, 5, "createConfirmDeliveryDetails createLegalDisclosure createWarranty"),
    (1, 5, "createConfirmOrderDetails createConfirmServiceDetails sendInvoice"),
    (1, 5, "createAmazonMotors createDigitalAccessKey createUnexpectedProblem"),
    (1, 5, "getSolicitationActionsForOrder"),
    (1, 5, "createProductReviewAndSellerFeedbackSolicitation"),
    # Shipment invoicing v0 (BR), data kiosk 2023-11-15, app management
    (1.133, 25, "getShipmentDetails submitInvoice getInvoiceStatus"),
    (0.0167, 15, "createQuery getDocument"),
    (0.0222, 10, "getQueries cancelQuery"),
    (2, 15, "getQuery"),
    (0.0167, 1, "rotateApplicationClientSecret"),
]

PLANS = {
    operation: (rate, burst)
    for rate, burst, operations in _GROUPS
    for operation in operations.split()
}
