-- Every committed change of the shop, noted by triggers: the harness's own truth, unknown to the product.
CREATE SCHEMA truth;

CREATE TABLE truth.log (
  serial bigserial PRIMARY KEY,
  table_name text NOT NULL,
  key integer NOT NULL,
  operation text NOT NULL,
  row jsonb,
  xid xid8 NOT NULL DEFAULT pg_current_xact_id()  -- the top-level transaction's, also under savepoints
);
CREATE INDEX ON truth.log (table_name, key, serial DESC);

CREATE FUNCTION truth.note() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  was integer := CASE WHEN TG_OP <> 'INSERT' THEN (to_jsonb(OLD) ->> TG_ARGV[0])::integer END;
  became integer := CASE WHEN TG_OP <> 'DELETE' THEN (to_jsonb(NEW) ->> TG_ARGV[0])::integer END;
BEGIN
  IF was IS DISTINCT FROM became AND was IS NOT NULL THEN
    INSERT INTO truth.log (table_name, key, operation) VALUES (TG_TABLE_NAME, was, 'DELETE');
  END IF;
  IF became IS NOT NULL THEN
    INSERT INTO truth.log (table_name, key, operation, row) VALUES (TG_TABLE_NAME, became, TG_OP, to_jsonb(NEW));
  END IF;
  RETURN NULL;
END $$;

-- A truncate: every row that stood is deleted.
CREATE FUNCTION truth.note_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO truth.log (table_name, key, operation)
  SELECT TG_TABLE_NAME, last.key, 'DELETE'
  FROM (SELECT DISTINCT ON (key) key, operation FROM truth.log WHERE table_name = TG_TABLE_NAME
        ORDER BY key, serial DESC) AS last
  WHERE last.operation <> 'DELETE';
  RETURN NULL;
END $$;
