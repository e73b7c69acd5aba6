-- W5: least value and sum of each key in windows of 10 s that overlap, as a window table function.
CREATE VIEW by_key AS
SELECT k, MIN(v) AS least, SUM(CAST(v AS BIGINT)) AS total, CAST(window_end AS TIMESTAMP(3)) AS window_end
FROM TABLE(HOP(TABLE events, DESCRIPTOR(ts), INTERVAL '${SLIDE}' SECOND, INTERVAL '10' SECOND))
GROUP BY k, window_start, window_end;
