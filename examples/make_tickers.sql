-- Makes input for tickers.sql: stock prices as JSON lines in the folder tickers/. One million rows by default; more or
-- fewer with another number below, or without limit by leaving 'number-of-rows' out.
--
--     flott run examples/make_tickers.sql

CREATE TABLE quotes (
    id     BIGINT,
    number INT,
    price  DOUBLE
) WITH (
    'connector' = 'datagen',
    'number-of-rows' = '1000000',
    'rows-per-second' = '1000000000',
    'fields.id.kind' = 'sequence',
    'fields.id.start' = '0',
    'fields.id.end' = '1000000000',
    'fields.number.min' = '1',
    'fields.number.max' = '4',
    'fields.price.min' = '0',
    'fields.price.max' = '100'
);

CREATE TABLE ticker_lines (
    event_time STRING,
    ticker     STRING,
    price      DOUBLE
) WITH (
    'connector' = 'filesystem',
    'path' = 'tickers',
    'format' = 'json'
);

-- a quote every 10 ms, from the first moment of 2026 on
INSERT INTO ticker_lines
SELECT
    REPLACE(CAST(TIMESTAMPADD(SECOND, CAST(id / 100 AS INT), TIMESTAMP '2026-01-01 00:00:00') AS STRING), ' ', 'T')
        || '.' || LPAD(CAST(MOD(id, 100) * 10 AS STRING), 3, '0'),
    CASE number WHEN 1 THEN 'AAPL' WHEN 2 THEN 'AMZN' WHEN 3 THEN 'MSFT' ELSE 'TBV' END,
    ROUND(price, 2)
FROM quotes;
