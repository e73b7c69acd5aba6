-- The lowest price of each stock in the last 10 s, every 5 s: JSON lines in, JSON lines out.
--
--     flott run examples/make_tickers.sql     makes the input, once
--     flott run examples/tickers.sql          writes the folder ticker_lows/

CREATE TABLE ticker_lines (
    event_time TIMESTAMP(3),
    ticker     VARCHAR(6),
    price      DOUBLE,
    WATERMARK FOR event_time AS event_time - INTERVAL '5' SECOND
) WITH (
    'connector' = 'filesystem',
    'path' = 'tickers',
    'format' = 'json',
    'json.timestamp-format.standard' = 'ISO-8601'
);

CREATE TABLE ticker_lows (
    ticker     VARCHAR(6),
    low        DOUBLE,
    window_end TIMESTAMP(3)
) WITH (
    'connector' = 'filesystem',
    'path' = 'ticker_lows',
    'format' = 'json'
);

INSERT INTO ticker_lows
SELECT ticker, MIN(price), HOP_END(event_time, INTERVAL '5' SECOND, INTERVAL '10' SECOND)
FROM ticker_lines
GROUP BY ticker, HOP(event_time, INTERVAL '5' SECOND, INTERVAL '10' SECOND);
