-- W1a: least, greatest, sum and count of each sensor in tumbling windows of 10 s.
CREATE VIEW by_sensor AS
SELECT sensor, MIN(reading) AS least, MAX(reading) AS greatest, SUM(reading) AS total, COUNT(*) AS readings, window_end
FROM TABLE(TUMBLE(TABLE readings, DESCRIPTOR(measured_at), INTERVAL '10' SECOND))
GROUP BY sensor, window_start, window_end;
