-- Functions written in C (functions.c): a value for each row, rows for each row, a value for each
-- group of rows.
--     cc -shared -fPIC -O2 -I../../include -o functions.so functions.c -lm
--     flott run functions.sql

CREATE FUNCTION distance AS 'functions.so:distance' LANGUAGE C;
CREATE FUNCTION words AS 'functions.so:words' LANGUAGE C;
CREATE FUNCTION spread AS 'functions.so:spread' LANGUAGE C;

CREATE TEMPORARY VIEW legs AS
SELECT * FROM (VALUES ('home to work', 0, 0, 3, 4), ('work to lake', 3, 4, 3, 16)) AS t (name, x0, y0, x1, y1);

SELECT name, distance(x0, y0, x1, y1) AS km FROM legs WHERE distance(x0, y0, x1, y1) > 1;

SELECT name, word, size FROM legs, LATERAL TABLE(words(name)) AS w (word, size) WHERE size > 2;

SET 'execution.runtime-mode' = 'batch';
SELECT x0, spread(y1) AS height FROM legs GROUP BY x0;
