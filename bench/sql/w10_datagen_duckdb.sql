SELECT 4711 + i AS id, CAST(random() * 1000000000 AS INTEGER) AS v FROM range(1000) AS numbers(i);
