-- W1a in ClickHouse as its manual tells to cut time.
CREATE TABLE readings ENGINE = Memory AS
SELECT sensor, reading, fromUnixTimestamp64Milli(at_ms, 'UTC') AS measured_at
FROM file('${INPUT}', 'RowBinary', 'sensor Int32, reading Int32, at_ms Int64');

CREATE OR REPLACE TABLE results ENGINE = Memory AS
SELECT sensor, min(reading) AS least, max(reading) AS greatest, sum(reading) AS total, count() AS readings,
       toStartOfInterval(measured_at, INTERVAL 10 SECOND) + INTERVAL 10 SECOND AS window_end
FROM readings
GROUP BY sensor, toStartOfInterval(measured_at, INTERVAL 10 SECOND);
