-- What sensors_kinesis.sql writes, as it arrives: four Kinesis streams, read by flott itself. Ctrl-C ends it.

SET 'table.local-time-zone' = 'UTC';

CREATE TABLE tumbling_by_clock (sensor_id INT, average NUMERIC(6, 2), window_end TIMESTAMP(3)) WITH (
    'connector' = 'kinesis',
    'stream' = 'tumbling_by_clock',
    'scan.stream.initpos' = 'TRIM_HORIZON',
    'format' = 'json',
    'json.timestamp-format.standard' = 'ISO-8601',
    'aws.region' = 'us-east-1',
    'aws.endpoint' = 'http://localhost:4568',
    'aws.credentials.basic.accesskeyid' = 'local',
    'aws.credentials.basic.secretkey' = 'local'
);
CREATE TABLE sliding_by_clock (sensor_id INT, average NUMERIC(6, 2), window_end TIMESTAMP(3)) WITH (
    'connector' = 'kinesis',
    'stream' = 'sliding_by_clock',
    'scan.stream.initpos' = 'TRIM_HORIZON',
    'format' = 'json',
    'json.timestamp-format.standard' = 'ISO-8601',
    'aws.region' = 'us-east-1',
    'aws.endpoint' = 'http://localhost:4568',
    'aws.credentials.basic.accesskeyid' = 'local',
    'aws.credentials.basic.secretkey' = 'local'
);

CREATE TABLE tumbling_by_event (sensor_id INT, average NUMERIC(6, 2), window_end TIMESTAMP(3)) WITH (
    'connector' = 'kinesis',
    'stream' = 'tumbling_by_event',
    'scan.stream.initpos' = 'TRIM_HORIZON',
    'format' = 'json',
    'json.timestamp-format.standard' = 'ISO-8601',
    'aws.region' = 'us-east-1',
    'aws.endpoint' = 'http://localhost:4568',
    'aws.credentials.basic.accesskeyid' = 'local',
    'aws.credentials.basic.secretkey' = 'local'
);

CREATE TABLE sliding_by_event (sensor_id INT, average NUMERIC(6, 2), window_end TIMESTAMP(3)) WITH (
    'connector' = 'kinesis',
    'stream' = 'sliding_by_event',
    'scan.stream.initpos' = 'TRIM_HORIZON',
    'format' = 'json',
    'json.timestamp-format.standard' = 'ISO-8601',
    'aws.region' = 'us-east-1',
    'aws.endpoint' = 'http://localhost:4568',
    'aws.credentials.basic.accesskeyid' = 'local',
    'aws.credentials.basic.secretkey' = 'local'
);

SELECT 'tumbling by clock' AS windows, * FROM tumbling_by_clock
UNION ALL SELECT 'sliding by clock', * FROM sliding_by_clock
UNION ALL SELECT 'tumbling by event', * FROM tumbling_by_event
UNION ALL SELECT 'sliding by event', * FROM sliding_by_event;
