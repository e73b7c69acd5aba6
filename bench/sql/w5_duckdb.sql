-- W5 in DuckDB: rows to slices first, then each slice to the windows it lies in.
CREATE TABLE events AS
SELECT * FROM read_csv('${INPUT}', header = false, columns = {id: 'BIGINT', k: 'INTEGER', v: 'INTEGER'});

CREATE OR REPLACE TABLE results AS
SELECT k, min(least), sum(total), window_end
FROM (
    SELECT k, least, total, unnest(range(slice + 1, slice + 1 + ${WINDOWS})) * ${SLIDE_MS} AS window_end
    FROM (SELECT k, id // ${SLIDE_MS} AS slice, min(v) AS least, sum(v) AS total FROM events GROUP BY k, slice)
)
GROUP BY k, window_end;
