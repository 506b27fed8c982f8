package io.comfygateway.bench;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What one run of a row in one way measured; times in milliseconds.
 *
 * @param lost jobs whose output did not reach the caller
 * @param doubled prompts that ComfyUI ran beyond one a job
 * @param gatewayCpuMs CPU time of the gateway's process for each job
 * @param syncs how often a disk was waited for, for each job
 * @param peakMib the most memory that the gateway's process had
 * @param idleMs the time that ComfyUI stood still between two prompts, in all
 */
record Figures(
    double jobsPerSecond,
    double acceptP50,
    double acceptP95,
    double acceptP99,
    double endP50,
    double endP95,
    double endP99,
    double gatewayCpuMs,
    double syncs,
    double peakMib,
    double idleMs,
    int lost,
    int doubled) {

  /** The smallest value below which so many percent of the values lie. */
  static double percentile(double[] values, int percent) {
    if (values.length == 0) {
      return 0;
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int rank = (int) Math.ceil(percent / 100.0 * sorted.length);
    return sorted[Math.max(0, rank - 1)];
  }

  /** Each figure's median over the runs; of what must be 0, the sum. */
  static Figures median(List<Figures> runs) {
    return new Figures(
        median(runs, Figures::jobsPerSecond),
        median(runs, Figures::acceptP50),
        median(runs, Figures::acceptP95),
        median(runs, Figures::acceptP99),
        median(runs, Figures::endP50),
        median(runs, Figures::endP95),
        median(runs, Figures::endP99),
        median(runs, Figures::gatewayCpuMs),
        median(runs, Figures::syncs),
        median(runs, Figures::peakMib),
        median(runs, Figures::idleMs),
        runs.stream().mapToInt(Figures::lost).sum(),
        runs.stream().mapToInt(Figures::doubled).sum());
  }

  private static double median(List<Figures> runs, ToDoubleFunction<Figures> of) {
    return percentile(runs.stream().mapToDouble(of).toArray(), 50);
  }
}
