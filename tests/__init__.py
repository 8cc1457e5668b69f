from . import (
    test_order_import,
    test_sandbox_access,
    test_sandbox_control,
    test_sandbox_faults,
    test_sandbox_models,
    test_sandbox_search,
    test_sandbox_shipments,
    test_sandbox_views,
    test_spapi_amounts,
    test_spapi_client,
    test_spapi_limiter,
    test_spapi_orders,
)
