package io.comfygateway.bench;

import java.util.List;

/**
 * One load.
 *
 * @param name what {@code --rows} calls it
 * @param callers how many send at the same time, each its next job when its last one has ended
 * @param jobs how many jobs in all
 * @param workMs how long ComfyUI works on a job, in milliseconds
 * @param kilobytes the size of the output in KiB
 * @param held whether ComfyUI stands still until every job was accepted
 * @param usual whether it is measured where no rows are named
 */
record Row(
    String name, int callers, int jobs, int workMs, int kilobytes, boolean held, boolean usual) {
  private static final int USUAL = 1024;
  private static final int LAST = 500;

  static final List<Row> ALL =
      List.of(
          new Row("callers-1", 1, 100, 0, USUAL, false, true),
          new Row("callers-8", 8, 200, 0, USUAL, false, true),
          new Row("callers-32", 32, 400, 0, USUAL, false, true),
          new Row("callers-128", 128, 512, 0, USUAL, false, true),
          new Row("work-50", 64, 192, 50, USUAL, false, true),
          new Row("serial-200", 1, 10, 200, USUAL, false, true),
          new Row("burst-500", 500, 500, 0, USUAL, false, true),
          new Row("burst-5000", 500, 5_000, 0, USUAL, false, false),
          new Row("held-1000", 64, 1_000, 0, USUAL, true, false),
          new Row("queued-10", 64, 10 + LAST, 0, 10, true, false),
          new Row("queued-10000", 64, 10_000, 0, 10, true, false),
          new Row("output-10kb", 8, 200, 0, 10, false, false),
          new Row("output-200mb", 1, 3, 0, 200 * 1024, false, false));

  /** How many jobs wait before the time to accept one is measured. */
  int waitingFirst() {
    return held ? Math.max(0, jobs - LAST) : 0;
  }

  /** The same load with fewer jobs, for a look. */
  Row quick() {
    int fewer = held ? jobs : Math.max(callers, Math.min(jobs, Math.max(5, jobs / 4)));
    return new Row(name, callers, fewer, workMs, kilobytes, held, usual);
  }
}
