/* SPDX-License-Identifier: Apache-2.0 */
/* SourceProgress.java -- tells how many rows the source of the running job has given out, by Flink's own count. */
import java.util.Properties;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.MetricConfig;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.reporter.MetricReporter;
import org.apache.flink.metrics.reporter.MetricReporterFactory;

public final class SourceProgress implements MetricReporterFactory, MetricReporter {
    private static volatile Counter source;

    /** Rows given out so far; 0 before the job has a source. */
    static long rows() {
        Counter counter = source;
        return counter == null ? 0 : counter.getCount();
    }

    static void reset() {
        source = null;
    }

    @Override
    public void notifyOfAddedMetric(Metric metric, String name, MetricGroup group) {
        String operator = group.getAllVariables().get("<operator_name>");
        if (name.equals("numRecordsOut") && operator != null && operator.startsWith("Source: ")) source = (Counter) metric;
    }

    @Override
    public void notifyOfRemovedMetric(Metric metric, String name, MetricGroup group) {}

    @Override
    public MetricReporter createMetricReporter(Properties properties) {
        return this;
    }

    @Override
    public void open(MetricConfig config) {}

    @Override
    public void close() {}
}
