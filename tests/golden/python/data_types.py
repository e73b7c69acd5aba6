# DataTypes: what each type says of itself, equality, nullability, fields of rows, and mistakes. No job runs here.
from pyflink.table import DataTypes as T

TYPES = [T.NULL(), T.CHAR(3), T.VARCHAR(5), T.STRING(), T.BOOLEAN(), T.BINARY(2), T.VARBINARY(9), T.BYTES(), T.DECIMAL(10, 2), T.TINYINT(),
         T.SMALLINT(False), T.INT(), T.BIGINT(), T.FLOAT(), T.DOUBLE(), T.DATE(), T.TIME(), T.TIME(3), T.TIMESTAMP(), T.TIMESTAMP(3),
         T.TIMESTAMP_LTZ(3), T.TIMESTAMP_WITH_LOCAL_TIME_ZONE(), T.ARRAY(T.INT()), T.ARRAY(T.ARRAY(T.STRING()), False), T.LIST_VIEW(T.INT()),
         T.MAP_VIEW(T.INT(), T.STRING()), T.MAP(T.STRING(), T.INT().not_null()), T.MULTISET(T.INT()), T.ROW([]),
         T.ROW([T.FIELD("a", T.INT()), T.FIELD("b", T.STRING(), "what b is")]), T.INTERVAL(T.DAY(), T.SECOND(3)), T.INTERVAL(T.YEAR(4), T.MONTH()),
         T.INTERVAL(T.HOUR())]
for t in TYPES:
    print(repr(t), str(t), type(t).__name__)
print([i for i, a in enumerate(TYPES) for j, b in enumerate(TYPES) if (a == b) != (i == j)])
print(T.INT() == T.INT(), T.INT() == T.INT(False), T.INT() != T.BIGINT(), hash(T.STRING()) == hash(T.VARCHAR(2147483647)), T.DECIMAL(5, 2) == T.DECIMAL(5, 3))
print(repr(T.INT().not_null()), repr(T.STRING(False).nullable()), repr(T.ARRAY(T.INT()).not_null()))
row = T.ROW([T.FIELD("a", T.INT()), T.FIELD("b", T.STRING())])
print(row.names, row.field_names(), row.field_types(), len(row), repr(row["b"]), str(row[0]), [f.name for f in row])
print(row == T.ROW([T.FIELD("a", T.INT()), T.FIELD("b", T.STRING())]), row == T.ROW([T.FIELD("b", T.STRING())]), T.FIELD("x", T.INT()) == T.FIELD("x", T.INT()))
print(T.YEAR(), T.SECOND(), T.DAY(3), T.MINUTE())
for what, action in [("no such field", lambda: row["c"]), ("interval of both families", lambda: T.INTERVAL(T.YEAR(), T.SECOND())),
                     ("missing length", lambda: T.CHAR()), ("missing type", lambda: T.ROW([]).add("x"))]:
    try:
        print(what, action())
    except Exception as e:
        print(what, type(e).__name__)
