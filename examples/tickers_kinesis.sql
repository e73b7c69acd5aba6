-- The lowest price of each stock in the last 10 s, every 5 s: a Kinesis stream in, another one out, named by their ARNs.
--
-- Without an AWS account, a local service (needs Node.js) plays the part of Amazon's; in a second terminal:
--
--     npm install kinesis-local && cd node_modules/kinesis-local &&
--     INITIALIZE_STREAMS=ticker-input:2,ticker-lows:1 node main.js
--
--     flott run examples/tickers_kinesis.sql          quotes and lows; the lows are shown as they arrive. Ctrl-C ends it
--
-- On AWS: create the two streams, put your account and region into the ARNs, and take aws.endpoint and aws.credentials out.

SET 'table.local-time-zone' = 'UTC';

-- Makes the quotes; a real job would not have this part.
CREATE TABLE quotes (
    stock      INT,
    price      DOUBLE,
    event_time TIMESTAMP(3)
) WITH (
    'connector' = 'datagen',
    'rows-per-second' = '50',
    'fields.stock.min' = '1',
    'fields.stock.max' = '4',
    'fields.price.min' = '0',
    'fields.price.max' = '100',
    'fields.event_time.max-past' = '1 s'
);

CREATE TABLE ticker_input (
    event_time TIMESTAMP(3),
    ticker     VARCHAR(6),
    price      DOUBLE,
    WATERMARK FOR event_time AS event_time - INTERVAL '5' SECOND
)
PARTITIONED BY (ticker)
WITH (
    'connector' = 'kinesis',
    'stream.arn' = 'arn:aws:kinesis:us-east-1:000000000000:stream/ticker-input',
    'source.init.position' = 'LATEST',
    'sink.flush-buffer.timeout' = '100',
    'format' = 'json',
    'json.timestamp-format.standard' = 'ISO-8601',
    'aws.region' = 'us-east-1',
    'aws.endpoint' = 'http://localhost:4568',
    'aws.credentials.basic.accesskeyid' = 'local',
    'aws.credentials.basic.secretkey' = 'local'
);

CREATE TABLE ticker_lows (
    ticker     VARCHAR(6),
    low        DOUBLE,
    window_end TIMESTAMP(3)
)
PARTITIONED BY (ticker)
WITH (
    'connector' = 'kinesis',
    'stream.arn' = 'arn:aws:kinesis:us-east-1:000000000000:stream/ticker-lows',
    'source.init.position' = 'LATEST',
    'sink.flush-buffer.timeout' = '100',
    'format' = 'json',
    'json.timestamp-format.standard' = 'ISO-8601',
    'aws.region' = 'us-east-1',
    'aws.endpoint' = 'http://localhost:4568',
    'aws.credentials.basic.accesskeyid' = 'local',
    'aws.credentials.basic.secretkey' = 'local'
);

INSERT INTO ticker_input
SELECT event_time, CASE stock WHEN 1 THEN 'AAPL' WHEN 2 THEN 'AMZN' WHEN 3 THEN 'MSFT' ELSE 'TBV' END, price FROM quotes;

INSERT INTO ticker_lows
SELECT ticker, MIN(price), HOP_END(event_time, INTERVAL '5' SECOND, INTERVAL '10' SECOND)
FROM ticker_input
GROUP BY ticker, HOP(event_time, INTERVAL '5' SECOND, INTERVAL '10' SECOND);

SELECT * FROM ticker_lows;
