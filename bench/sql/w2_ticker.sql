-- W2: the least price of each ticker in sliding windows of 10 s by 5 s, from a file of JSON lines to files of JSON lines.
CREATE TABLE ticks (
    ticker VARCHAR(6),
    price DOUBLE,
    event_time TIMESTAMP(3),
    WATERMARK FOR event_time AS event_time - INTERVAL '5' SECOND
) WITH (
    'connector' = 'filesystem',
    'path' = '${INPUT}',
    'format' = 'json',
    'json.timestamp-format.standard' = 'ISO-8601'
);

CREATE TABLE least_prices (ticker VARCHAR(6), price DOUBLE, event_time STRING) WITH (
    'connector' = 'filesystem',
    'path' = '${OUTPUT}',
    'format' = 'json',
    'json.timestamp-format.standard' = 'ISO-8601'
);

INSERT INTO least_prices
SELECT ticker, MIN(price), CAST(HOP_END(event_time, INTERVAL '5' SECOND, INTERVAL '10' SECOND) AS STRING)
FROM ticks
GROUP BY ticker, HOP(event_time, INTERVAL '5' SECOND, INTERVAL '10' SECOND);
