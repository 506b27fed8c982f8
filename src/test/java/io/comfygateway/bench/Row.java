package io.comfygateway.bench;

import java.util.List;

/**
 * One load.
 *
 * @param name what {@code --rows} calls it
 * @param callers how many send at the same time, each its next job when its last one has ended
 * @param jobs how many jobs in all
 * @param workMs how long ComfyUI works on a job, in milliseconds
 * @param megabytes the size of the output in MiB; 0 is a picture of some hundred bytes
 * @param held whether ComfyUI stands still until every job was accepted
 * @param usual whether it is measured where no rows are named
 */
record Row(
    String name, int callers, int jobs, int workMs, int megabytes, boolean held, boolean usual) {

  static final List<Row> ALL =
      List.of(
          new Row("callers-1", 1, 50, 0, 0, false, true),
          new Row("callers-8", 8, 200, 0, 0, false, true),
          new Row("callers-32", 32, 400, 0, 0, false, true),
          new Row("work-50", 64, 128, 50, 0, false, true),
          new Row("serial-200", 1, 10, 200, 0, false, true),
          new Row("burst-500", 500, 500, 0, 0, false, true),
          new Row("callers-128", 128, 1000, 0, 0, false, false),
          new Row("output-1mb", 8, 100, 0, 1, false, false),
          new Row("output-200mb", 1, 3, 0, 200, false, false),
          new Row("held-1000", 64, 1000, 0, 0, true, false),
          new Row("queued-10000", 64, 10_000, 0, 0, true, false));

  /** The same load with fewer jobs, for a look. */
  Row quick() {
    int fewer = held ? jobs : Math.max(callers, Math.min(jobs, Math.max(5, jobs / 4)));
    return new Row(name, callers, fewer, workMs, megabytes, held, usual);
  }

  String workflow() {
    return megabytes > 0 ? "file" : "picture";
  }
}
