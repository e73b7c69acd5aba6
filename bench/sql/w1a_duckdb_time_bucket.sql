-- W1a in DuckDB as its manual tells to cut time.
CREATE TABLE readings AS
SELECT sensor, reading, make_timestamp(at_ms * 1000) AS measured_at FROM input;

CREATE OR REPLACE TABLE results AS
SELECT sensor, min(reading), max(reading), sum(reading), count(*),
       time_bucket(INTERVAL 10 SECOND, measured_at) + INTERVAL 10 SECOND AS window_end
FROM readings
GROUP BY sensor, time_bucket(INTERVAL 10 SECOND, measured_at);
