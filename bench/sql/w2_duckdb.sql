-- W2 in DuckDB: each row goes to the two slices of 5 s whose windows it lies in.
COPY (
    SELECT ticker, min(price) AS price, CAST(slice + INTERVAL 10 SECOND AS VARCHAR) AS event_time
    FROM (
        SELECT ticker, price,
               unnest([time_bucket(INTERVAL 5 SECOND, event_time),
                       time_bucket(INTERVAL 5 SECOND, event_time) - INTERVAL 5 SECOND]) AS slice
        FROM read_json('${INPUT}', format = 'newline_delimited',
                       columns = {ticker: 'VARCHAR', price: 'DOUBLE', event_time: 'TIMESTAMP'})
    )
    GROUP BY ticker, slice
) TO '${OUTPUT}' (FORMAT json);
