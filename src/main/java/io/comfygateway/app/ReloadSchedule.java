package io.comfygateway.app;

import io.comfygateway.http.CertificateFiles.ServerCertificate;
import io.comfygateway.pool.BackendSockets;
import io.comfygateway.route.RouteFiles;
import io.comfygateway.settings.CallerSettings;
import io.comfygateway.settings.Settings;
import io.comfygateway.settings.StorageSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.ExecutorServiceManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reloads what changes while the gateway runs: workflows, the pool, the certificate and routes from
 * their files, and keys and uploaded workflows from the database.
 */
final class ReloadSchedule implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ReloadSchedule.class);

  private final List<Reload> filesInTurn;
  private final Runnable databaseRefresh;
  private final ScheduledExecutorService files;
  private final ScheduledExecutorService keys;

  /** Takes over what has changed since the last time. */
  interface Reload {
    void run() throws IOException;
  }

  /**
   * Makes a schedule that does nothing yet.
   *
   * @param filesInTurn what reloads files, in this order
   * @param databaseRefresh what reloads what other gateways change in the database
   */
  ReloadSchedule(
      ExecutorServiceManager threads, List<Reload> filesInTurn, Runnable databaseRefresh) {
    this.filesInTurn = List.copyOf(filesInTurn);
    this.databaseRefresh = databaseRefresh;
    this.files = threads.newSingleThreadScheduledExecutor(this, "files");
    // On a thread of its own: a key is revoked at once, also while a route is being replaced.
    this.keys = threads.newSingleThreadScheduledExecutor(this, "keys");
  }

  /** The schedule of a gateway. */
  static ReloadSchedule of(GatewayBeans beans, CamelContext context, RouteFiles routes) {
    BackendSockets sockets = context.getRegistry().findSingleByType(BackendSockets.class);
    return new ReloadSchedule(
        context.getExecutorServiceManager(),
        List.of(
            beans.workflow().library()::reload,
            beans::logFaults,
            () -> beans.pool().watch().refresh(sockets),
            beans.pool().drained()::refresh,
            beans.sink()::refresh,
            beans::logUnusedDefaults,
            () -> reloadCertificate(beans),
            routes::refresh),
        () -> {
          beans.access().keyAdmin().refresh();
          beans.library().stored().refresh();
        });
  }

  private static void reloadCertificate(GatewayBeans beans) throws IOException {
    Optional<ServerCertificate> newer = beans.http().listening().refresh();
    if (newer.isPresent()) {
      beans.announce();
      LOG.info("certificate replaced expires={}", newer.get().expires());
    }
  }

  /** Starts with the first interval of each. */
  void start(Settings settings) {
    schedule(files, this::reloadFiles, settings.get(StorageSettings.FILES_CHECK_INTERVAL));
    schedule(keys, databaseRefresh, settings.get(CallerSettings.KEYS_CHECK_INTERVAL));
  }

  @SuppressWarnings("FutureReturnValueIgnored")
  private static void schedule(ScheduledExecutorService on, Runnable work, Duration interval) {
    on.scheduleWithFixedDelay(
        work, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void reloadFiles() {
    try {
      for (Reload reload : filesInTurn) {
        reload.run();
      }
    } catch (IOException | RuntimeException | StackOverflowError e) {
      // The executor drops a task that throws, and no file would be reloaded again.
      LOG.error("cannot reload files", e);
    }
  }

  /** Reloads nothing from now on. */
  @Override
  public void close() {
    files.shutdownNow();
    // Not interrupted, as it takes a moment and may be in the database.
    keys.shutdown();
  }
}
