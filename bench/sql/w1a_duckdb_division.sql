-- W1a in DuckDB, the faster spelling: the window by a division of whole numbers.
CREATE TABLE readings AS
SELECT sensor, reading, at_ms FROM input;

CREATE OR REPLACE TABLE results AS
SELECT sensor, min(reading), max(reading), sum(reading), count(*), (at_ms // 10000 + 1) * 10000 AS window_end
FROM readings
GROUP BY sensor, at_ms // 10000;
