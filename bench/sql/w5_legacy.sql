-- W5: least value and sum of each key in windows of 10 s that overlap, as a group window.
CREATE VIEW by_key AS
SELECT k, MIN(v) AS least, SUM(CAST(v AS BIGINT)) AS total,
       CAST(HOP_END(ts, INTERVAL '${SLIDE}' SECOND, INTERVAL '10' SECOND) AS TIMESTAMP(3)) AS window_end
FROM events
GROUP BY k, HOP(ts, INTERVAL '${SLIDE}' SECOND, INTERVAL '10' SECOND);
