package io.comfygateway.simulator;

import java.util.Optional;

/** Takes one prompt at a time from the queue, on a thread of its own, until it is closed. */
final class PromptRunner {

  /** Makes the execution of a run. */
  interface Executions {
    Execution of(Run run, RunReport report);
  }

  /** Makes the report of a run. */
  interface Reports {
    RunReport of(Prompt prompt);
  }

  private final PromptQueue queue;
  private final Counters counters;
  private final Executions executions;
  private final Reports reports;
  private final Thread thread;

  PromptRunner(PromptQueue queue, Counters counters, Executions executions, Reports reports) {
    this.queue = queue;
    this.counters = counters;
    this.executions = executions;
    this.reports = reports;
    this.thread = new Thread(this::work, "comfyui-simulator");
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  void close() {
    thread.interrupt();
  }

  private void work() {
    try {
      Optional<Run> next = queue.take();
      while (next.isPresent()) {
        run(next.get());
        next = queue.take();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run(Run run) {
    counters.started(run.prompt().id());
    RunReport report = reports.of(run.prompt());
    try {
      executions.of(run, report).run();
    } catch (Run.Stopped abandoned) {
      return;
    } catch (RuntimeException e) {
      // An error of the simulator is reported as the node's, so that its queue continues.
      report.failed(run.node().orElse(""), new NodeFailure("RuntimeError", String.valueOf(e)));
    } finally {
      counters.ended(queue.waiting() > 0);
    }
    queue.finish(run, report.historyEntry());
    report.ended();
  }
}
