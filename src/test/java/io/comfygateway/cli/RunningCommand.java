package io.comfygateway.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;
import picocli.CommandLine;

/** A command of the gateway that runs in this JVM, and what it prints. */
final class RunningCommand implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final CompletableFuture<Integer> status = new CompletableFuture<>();
  private final ThreadGroup threads = new ThreadGroup("command");
  private final Thread thread;

  private RunningCommand(String... arguments) {
    CommandLine command = Gateway.commandLine();
    command.setOut(new PrintWriter(out, true));
    command.setErr(new PrintWriter(err, true));
    thread = new Thread(threads, () -> status.complete(command.execute(arguments)), "command");
  }

  static RunningCommand start(String... arguments) {
    RunningCommand command = new RunningCommand(arguments);
    command.thread.start();
    return command;
  }

  /** Waits until it has printed something. */
  RunningCommand awaitOut(String text) {
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> out.toString().contains(text) || status.isDone());
    return this;
  }

  /** Waits for its end. */
  int status() {
    try {
      return status.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new IllegalStateException("it did not end; it said " + out + err, e);
    }
  }

  String out() {
    return out.toString();
  }

  String err() {
    return err.toString();
  }

  /** Those of its threads that keep a JVM alive. */
  List<Thread> threads() {
    Thread[] found = new Thread[threads.activeCount() + 100];
    int count = threads.enumerate(found);
    return Arrays.stream(found, 0, count).filter(one -> one.isAlive() && !one.isDaemon()).toList();
  }

  /** Stops one that serves, as Ctrl-C does, and waits for its end. */
  int stop() {
    thread.interrupt();
    return status();
  }

  @Override
  public void close() {
    stop();
  }
}
