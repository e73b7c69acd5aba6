-- W1a: readings that are in memory before the job starts. For flott the connector means Arrow batches handed in through
-- the C interface, for Flink the arrays of peers/RowsInMemory.java.
CREATE TABLE readings (
    sensor INT,
    reading INT,
    measured_at TIMESTAMP(3),
    WATERMARK FOR measured_at AS measured_at - INTERVAL '5' SECOND
) WITH ('connector' = 'arrow', 'name' = '${INPUT}');
