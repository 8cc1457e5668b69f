-- A copied database must never talk to Amazon: both copies share one quota, and the
-- copy would confirm shipments that never left.
UPDATE amazon_account
   SET state = 'inactive',
       health_message = 'This database is a neutralized copy: connect again to use it.',
       client_id = NULL,
       client_secret_encrypted = NULL,
       refresh_token_encrypted = NULL;
UPDATE ir_cron
   SET active = false
 WHERE id IN (SELECT orders_cron_id FROM amazon_account
              UNION SELECT process_cron_id FROM amazon_account
              UNION SELECT shipments_cron_id FROM amazon_account
              UNION SELECT settlements_cron_id FROM amazon_account
              UNION SELECT catalog_cron_id FROM amazon_account
              UNION SELECT stock_cron_id FROM amazon_account);
