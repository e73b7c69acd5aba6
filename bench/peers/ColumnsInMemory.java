/* SPDX-License-Identifier: Apache-2.0 */
/* ColumnsInMemory.java -- a Flink table over the columns of bench/expr (make_columns), which are in memory beforehand.
 *
 *     CREATE TABLE … WITH ('connector' = 'columns', 'path' = '<folder>', 'rows' = '<number>')
 *
 * The table's columns name files in the folder; they are read into arrays when a job is first planned, and kept. The source
 * gives out `rows` rows, the first again after the last, as one row object, the cheapest that Flink allows. Texts are made
 * anew for each row over bytes that stay where they are.
 */
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.streaming.api.functions.source.SourceFunction;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.connector.source.ScanTableSource;
import org.apache.flink.table.connector.source.SourceFunctionProvider;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.data.binary.BinaryStringData;
import org.apache.flink.table.factories.DynamicTableSourceFactory;
import org.apache.flink.table.factories.FactoryUtil;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;

public final class ColumnsInMemory implements DynamicTableSourceFactory {
    private static final ConfigOption<String> PATH = ConfigOptions.key("path").stringType().noDefaultValue();
    private static final ConfigOption<Long> ROWS = ConfigOptions.key("rows").longType().noDefaultValue();
    private static final Map<String, IntFunction<Object>> KEPT = new ConcurrentHashMap<>();

    /** A column: row number to value. */
    private static IntFunction<Object> column(String folder, Column column) {
        return KEPT.computeIfAbsent(folder + " " + column, key -> {
            try {
                IntFunction<Object> values = values(folder, column.getName(), column.getDataType().getLogicalType());
                Path bitmap = Path.of(folder, column.getName() + ".valid");
                if (!Files.exists(bitmap)) return values;
                byte[] valid = Files.readAllBytes(bitmap);
                return i -> (valid[i >> 3] >> (i & 7) & 1) != 0 ? values.apply(i) : null;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private static IntFunction<Object> values(String folder, String name, LogicalType type) throws IOException {
        ByteBuffer bytes = read(folder, name + ".values");
        switch (type.getTypeRoot()) {
            case INTEGER: {
                int[] x = ints(bytes);
                return i -> x[i];
            }
            case BIGINT: {
                long[] x = longs(bytes);
                return i -> x[i];
            }
            case DOUBLE: {
                double[] x = new double[bytes.remaining() / 8];
                bytes.asDoubleBuffer().get(x);
                return i -> x[i];
            }
            case TIMESTAMP_WITHOUT_TIME_ZONE: {
                long[] x = longs(bytes);
                return i -> TimestampData.fromEpochMillis(x[i]);
            }
            case DECIMAL: return decimals(longs(bytes), (DecimalType) type);
            case VARCHAR: {
                byte[] x = bytes.array();
                int[] at = ints(read(folder, name + ".offsets"));
                return i -> BinaryStringData.fromBytes(x, at[i], at[i + 1] - at[i]);
            }
            case ARRAY: {
                int[] x = ints(bytes), at = ints(read(folder, name + ".offsets"));
                return i -> new GenericArrayData(java.util.Arrays.copyOfRange(x, at[i], at[i + 1]));
            }
            default: throw new IllegalArgumentException("no column of type " + type);
        }
    }

    /** Numbers of 16 bytes as two longs each, the lower one first. Values are kept as objects: to make them is dear. */
    private static IntFunction<Object> decimals(long[] halves, DecimalType type) {
        DecimalData[] x = new DecimalData[halves.length / 2];
        int precision = type.getPrecision(), scale = type.getScale();
        for (int i = 0; i < x.length; i++) {
            BigInteger low = new BigInteger(Long.toUnsignedString(halves[2 * i]));
            BigInteger unscaled = BigInteger.valueOf(halves[2 * i + 1]).shiftLeft(64).add(low);
            x[i] = DecimalData.fromBigDecimal(new BigDecimal(unscaled, scale), precision, scale);
        }
        return i -> x[i];
    }

    private static ByteBuffer read(String folder, String file) throws IOException {
        return ByteBuffer.wrap(Files.readAllBytes(Path.of(folder, file))).order(ByteOrder.nativeOrder());
    }

    private static int[] ints(ByteBuffer bytes) {
        int[] x = new int[bytes.remaining() / 4];
        bytes.asIntBuffer().get(x);
        return x;
    }

    private static long[] longs(ByteBuffer bytes) {
        long[] x = new long[bytes.remaining() / 8];
        bytes.asLongBuffer().get(x);
        return x;
    }

    /** Runs in the JVM that planned it, so the columns are found again by their keys. */
    private static final class Source implements SourceFunction<RowData> {
        private final String folder;
        private final String[] keys;
        private final long rows;
        private volatile boolean canceled;

        Source(String folder, String[] keys, long rows) {
            this.folder = folder;
            this.keys = keys;
            this.rows = rows;
        }

        @Override
        @SuppressWarnings("unchecked")
        public void run(SourceContext<RowData> out) throws IOException {
            IntFunction<Object>[] columns = new IntFunction[keys.length];
            for (int c = 0; c < keys.length; c++) columns[c] = KEPT.get(keys[c]);
            int there = (int) (Files.size(Path.of(folder, "id.values")) / 8);
            GenericRowData row = new GenericRowData(keys.length);
            for (long given = 0; given < rows && !canceled; given++) {
                int i = (int) (given % there);
                for (int c = 0; c < columns.length; c++) row.setField(c, columns[c].apply(i));
                out.collect(row);
            }
        }

        @Override
        public void cancel() {
            canceled = true;
        }
    }

    private static final class Table implements ScanTableSource {
        private final String folder;
        private final java.util.List<Column> columns;
        private final long rows;

        Table(String folder, java.util.List<Column> columns, long rows) {
            this.folder = folder;
            this.columns = columns;
            this.rows = rows;
        }

        @Override
        public ChangelogMode getChangelogMode() {
            return ChangelogMode.insertOnly();
        }

        @Override
        public ScanRuntimeProvider getScanRuntimeProvider(ScanContext context) {
            for (Column column : columns) column(folder, column);
            String[] keys = columns.stream().map(column -> folder + " " + column).toArray(String[]::new);
            return SourceFunctionProvider.of(new Source(folder, keys, rows), true);
        }

        @Override
        public DynamicTableSource copy() {
            return new Table(folder, columns, rows);
        }

        @Override
        public String asSummaryString() {
            return "columns in memory";
        }
    }

    @Override
    public String factoryIdentifier() {
        return "columns";
    }

    @Override
    public Set<ConfigOption<?>> requiredOptions() {
        return new HashSet<>(Set.of(PATH, ROWS));
    }

    @Override
    public Set<ConfigOption<?>> optionalOptions() {
        return Set.of();
    }

    @Override
    public DynamicTableSource createDynamicTableSource(Context context) {
        var options = FactoryUtil.createTableFactoryHelper(this, context).getOptions();
        var columns = context.getCatalogTable().getResolvedSchema().getColumns();
        return new Table(options.get(PATH), columns, options.get(ROWS));
    }
}
