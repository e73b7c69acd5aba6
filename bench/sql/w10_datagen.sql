-- W10: from a source through a job to the screen.
CREATE TABLE numbers (id BIGINT, v INT) WITH (
    'connector' = 'datagen',
    'number-of-rows' = '1000',
    'rows-per-second' = '1000000000',
    'fields.id.kind' = 'sequence',
    'fields.id.start' = '4711',
    'fields.id.end' = '5711'
);

CREATE TABLE screen (id BIGINT, v INT) WITH ('connector' = 'print');

INSERT INTO screen SELECT * FROM numbers;
