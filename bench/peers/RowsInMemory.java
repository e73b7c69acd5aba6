/* SPDX-License-Identifier: Apache-2.0 */
/* RowsInMemory.java -- a Flink table whose rows are in memory before the job starts: W1a without a generator.
 *
 *     CREATE TABLE … WITH ('connector' = 'arrow', 'name' = '<file by make_input readings>')
 *
 * The connector has the name of flott's, so that both engines run the same script; here the file is read into arrays when a
 * job is first planned, and kept. The source gives out one row object again and again, the cheapest that Flink allows.
 */
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.streaming.api.functions.source.SourceFunction;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.connector.source.ScanTableSource;
import org.apache.flink.table.connector.source.SourceFunctionProvider;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.factories.DynamicTableSourceFactory;
import org.apache.flink.table.factories.FactoryUtil;

public final class RowsInMemory implements DynamicTableSourceFactory {
    private static final ConfigOption<String> NAME = ConfigOptions.key("name").stringType().noDefaultValue();
    private static final Map<String, Readings> KEPT = new ConcurrentHashMap<>();

    private static final class Readings {
        final int[] sensor, value;
        final long[] atMs;

        Readings(String file) {
            try (FileChannel in = FileChannel.open(Path.of(file))) {
                ByteBuffer bytes = in.map(FileChannel.MapMode.READ_ONLY, 0, in.size()).order(ByteOrder.nativeOrder());
                int rows = bytes.remaining() / 16;
                sensor = new int[rows];
                value = new int[rows];
                atMs = new long[rows];
                for (int i = 0; i < rows; i++) {
                    sensor[i] = bytes.getInt();
                    value[i] = bytes.getInt();
                    atMs[i] = bytes.getLong();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static final class Source implements SourceFunction<RowData> {
        private final String file;
        private volatile boolean canceled;

        Source(String file) {
            this.file = file;
        }

        @Override
        public void run(SourceContext<RowData> out) {
            Readings readings = KEPT.get(file);
            GenericRowData row = new GenericRowData(3);
            for (int i = 0; i < readings.sensor.length && !canceled; i++) {
                row.setField(0, readings.sensor[i]);
                row.setField(1, readings.value[i]);
                row.setField(2, TimestampData.fromEpochMillis(readings.atMs[i]));
                out.collect(row);
            }
        }

        @Override
        public void cancel() {
            canceled = true;
        }
    }

    private static final class Table implements ScanTableSource {
        private final String file;

        Table(String file) {
            this.file = file;
        }

        @Override
        public ChangelogMode getChangelogMode() {
            return ChangelogMode.insertOnly();
        }

        @Override
        public ScanRuntimeProvider getScanRuntimeProvider(ScanContext context) {
            KEPT.computeIfAbsent(file, Readings::new);
            return SourceFunctionProvider.of(new Source(file), true);
        }

        @Override
        public DynamicTableSource copy() {
            return new Table(file);
        }

        @Override
        public String asSummaryString() {
            return "rows in memory";
        }
    }

    @Override
    public String factoryIdentifier() {
        return "arrow";
    }

    @Override
    public Set<ConfigOption<?>> requiredOptions() {
        return Set.of(NAME);
    }

    @Override
    public Set<ConfigOption<?>> optionalOptions() {
        return Set.of();
    }

    @Override
    public DynamicTableSource createDynamicTableSource(Context context) {
        return new Table(FactoryUtil.createTableFactoryHelper(this, context).getOptions().get(NAME));
    }
}
