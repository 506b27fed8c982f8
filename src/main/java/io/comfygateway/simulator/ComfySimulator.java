package io.comfygateway.simulator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/**
 * A ComfyUI server without a GPU, for tests, demonstrations and everyone who has none. It answers
 * every exchange recorded from ComfyUI 0.3.64 or 0.33 as that did, runs one prompt at a time, and
 * can be made to fail in the ways in which the original fails.
 *
 * <p>All methods may be called from any thread, except from a Vert.x event loop: those that start
 * or stop the server wait until it has done so.
 */
public final class ComfySimulator implements AutoCloseable {
  private final PythonJson json = new PythonJson();
  private final Counters counters = new Counters();
  private final Pace pace = new Pace();
  private final Disk disk;
  private final Faults faults;
  private final ClientSockets sockets;
  private final PromptQueue queue;
  private final AtomicReference<ExecutionCache> cache = new AtomicReference<>(new ExecutionCache());
  private final AtomicBoolean closed = new AtomicBoolean();
  private final PromptRunner runner;
  private final Path uploads;
  private final Vertx vertx;

  private final Listener listener;

  private ComfySimulator(SimulatorOptions options) {
    this.disk = new Disk(options.outputs().map(OutputFolder::new));
    this.faults = new Faults(options.stepTime());
    this.sockets = new ClientSockets(json);
    this.queue = new PromptQueue(this::tellStatus);
    NodeLibrary library = new NodeLibrary(json, options, faults, disk);
    this.runner =
        new PromptRunner(
            queue,
            counters,
            (run, report) ->
                new Execution(
                    run,
                    new ExecutionGraph(run.prompt(), library.info(), library),
                    library,
                    report,
                    Objects.requireNonNull(cache.get()),
                    pace,
                    faults,
                    counters,
                    disk,
                    options.version()),
            prompt -> new RunReport(prompt, sockets, options.clock()));
    this.uploads = uploadFolder();
    this.vertx =
        Vertx.vertx(
            new VertxOptions()
                .setEventLoopPoolSize(1)
                .setWorkerPoolSize(4)
                .setFileSystemOptions(
                    new FileSystemOptions()
                        .setFileCachingEnabled(false)
                        .setClassPathResolvingEnabled(false)));
    Router router = Router.router(vertx);
    this.listener = new Listener(vertx, router, options);
    router.route().handler(options.login()::check);
    SimulatedVersion version = options.version();
    Api api = new Api(router, json, counters, uploads, version);
    new PromptRoutes(
            api,
            json,
            queue,
            new Replacements(json.resource("node_replacements.json"), library.info()),
            library.validation(),
            pace,
            faults,
            counters,
            version,
            options.clock())
        .bind();
    if (version.is033()) {
      new JobRoutes(api, json, queue, pace).bind();
    }
    new FileRoutes(vertx, api, disk, faults).bind();
    new UploadRoutes(vertx, api, json, disk).bind();
    new InfoRoutes(api, json, library, options.models(), faults, version).bind();
    new SocketRoutes(vertx, api, json, queue, sockets, faults, version).bind();
    new ControlRoutes(vertx, api, json, this).bind();
  }

  /**
   * Starts a simulator that answers when this returns.
   *
   * @throws IllegalStateException if the port is taken
   */
  public static ComfySimulator start(SimulatorOptions options) {
    ComfySimulator simulator = new ComfySimulator(options);
    try {
      simulator.comeUp();
    } catch (RuntimeException e) {
      simulator.close();
      throw e;
    }
    simulator.runner.start();
    return simulator;
  }

  /** The port it listens on; it stays the same over a restart. */
  public int port() {
    return listener.port();
  }

  /** Its root, {@code http://127.0.0.1:8188}. */
  public URI url() {
    return listener.url();
  }

  /** What goes wrong on demand. */
  public Faults faults() {
    return faults;
  }

  /** Removes the files in the output folder; the cache still has them. */
  public void sweepOutputs() {
    disk.sweepOutputs();
  }

  /** Holds execution: a prompt runs as far as its next node or step and waits there. */
  public void hold() {
    pace.hold();
  }

  /** Lets execution go on. */
  public void release() {
    pace.release();
  }

  /** Lets so many prompts run to their end, then holds again. */
  public void release(int prompts) {
    pace.release(prompts);
  }

  /** Closes every WebSocket. They may come back at once. */
  public void dropWebSockets() {
    sockets.drop();
  }

  /** Does what a new process does: see {@link #restart(Duration)}. */
  public void restart() {
    restart(Duration.ZERO);
  }

  /**
   * Forgets queue, history and cache, closes every connection, and refuses new ones for a time.
   * Output and input files stay. Returns when the server listens again.
   */
  public void restart(Duration down) {
    goDown();
    CountDownLatch over = new CountDownLatch(1);
    vertx.setTimer(Math.max(1, down.toMillis()), ignored -> over.countDown());
    try {
      if (!over.await(down.plus(Listener.LONGEST_WAIT).toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException("the simulator was closed while it was down");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the simulator was down", e);
    }
    comeUp();
  }

  /** Ends as a process does that is killed, and stays away until {@link #comeUp()}. */
  public synchronized void goDown() {
    if (!listener.isUp()) {
      return;
    }
    queue.restart();
    pace.wake();
    // A run that has not noticed yet that it was abandoned goes on writing into the old one.
    cache.set(new ExecutionCache());
    disk.restart();
    listener.close();
    sockets.drop();
  }

  /** Listens again after {@link #goDown()}. */
  public synchronized void comeUp() {
    listener.open();
  }

  /** What it has seen so far. */
  public SimulatorStats stats() {
    return counters.snapshot(queue, sockets.count());
  }

  /** Resets the counters. */
  public void resetStats() {
    counters.reset();
  }

  /** Stops and removes its files. A second call does nothing. */
  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      return;
    }
    queue.close();
    pace.wake();
    runner.close();
    Listener.await(vertx.close());
    try (Stream<Path> files = Files.walk(uploads)) {
      files.sorted(Comparator.reverseOrder()).forEach(ComfySimulator::delete);
    } catch (IOException e) {
      throw new UncheckedIOException("the uploads in " + uploads + " could not be deleted", e);
    }
  }

  private void tellStatus(int remaining) {
    ObjectNode data = json.object();
    data.putObject("status").putObject("exec_info").put("queue_remaining", remaining);
    sockets.broadcast("status", data);
  }

  private static Path uploadFolder() {
    try {
      return Files.createTempDirectory("comfyui-simulator");
    } catch (IOException e) {
      throw new UncheckedIOException("no folder for uploads could be made", e);
    }
  }

  private static void delete(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw new UncheckedIOException(path + " could not be deleted", e);
    }
  }
}
