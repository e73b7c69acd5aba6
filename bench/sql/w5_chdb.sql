-- W5 in ClickHouse: rows to slices first, then each slice to the windows it lies in.
CREATE TABLE events ENGINE = Memory AS
SELECT * FROM file('${INPUT}', 'CSV', 'id Int64, k Int32, v Int32');

CREATE OR REPLACE TABLE results ENGINE = Memory AS
SELECT k, min(least) AS least, sum(total) AS total, window_end
FROM (
    SELECT k, least, total, arrayJoin(range(slice + 1, slice + 1 + ${WINDOWS})) * ${SLIDE_MS} AS window_end
    FROM (
        SELECT k, intDiv(id, ${SLIDE_MS}) AS slice, min(v) AS least, sum(v) AS total FROM events GROUP BY k, slice
    )
)
GROUP BY k, window_end;
