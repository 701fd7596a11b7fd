-- For the owner of the shop's database, who decides: have every committed change notify whoever listens on the
-- channel totes_changed (`watch_source = notify`, docs/adr/0014-event-driven.md). Nothing stands in the shop's own
-- schema but a trigger a table; the notification says no more than that something was written.
--   psql -d totesys -f notify.sql
-- Removed again by: DROP SCHEMA totes_watch CASCADE;
BEGIN;
CREATE SCHEMA IF NOT EXISTS totes_watch;
CREATE OR REPLACE FUNCTION totes_watch.changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('totes_changed', '');  -- however often in a transaction: one notification, at its commit
  RETURN NULL;
END $$;
DO $$
DECLARE
  watched text;
BEGIN
  FOREACH watched IN ARRAY ARRAY[
    'address', 'counterparty', 'currency', 'department', 'design', 'payment', 'payment_type', 'purchase_order',
    'sales_order', 'staff', 'transaction'
  ] LOOP
    EXECUTE format(
      'CREATE OR REPLACE TRIGGER totes_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON public.%I'
      ' FOR EACH STATEMENT EXECUTE FUNCTION totes_watch.changed()', watched);
  END LOOP;
END $$;
COMMIT;
