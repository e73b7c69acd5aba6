-- W2 in ClickHouse: each row goes to the two slices of 5 s whose windows it lies in.
INSERT INTO FUNCTION file('${OUTPUT}', 'JSONEachRow') SETTINGS engine_file_truncate_on_insert = 1
SELECT ticker, min(price) AS price, toString(slice + 10) AS event_time
FROM (
    SELECT ticker, price,
           arrayJoin([toStartOfInterval(event_time, INTERVAL 5 SECOND),
                      toStartOfInterval(event_time, INTERVAL 5 SECOND) - 5]) AS slice
    FROM file('${INPUT}', 'JSONEachRow', 'ticker String, price Float64, event_time DateTime64(6, \'UTC\')')
)
GROUP BY ticker, slice;
