package io.comfygateway.app;

import io.comfygateway.http.CertificateFiles.ServerCertificate;
import io.comfygateway.pool.BackendSockets;
import io.comfygateway.pool.PoolWatch;
import io.comfygateway.route.RouteFiles;
import io.comfygateway.settings.CallerSettings;
import io.comfygateway.settings.Settings;
import io.comfygateway.settings.StorageSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reloads what changes while the gateway runs: workflows, the pool, the certificate and routes from
 * their files, and keys from the database.
 */
final class ReloadSchedule implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ReloadSchedule.class);

  private final GatewayBeans beans;
  private final RouteFiles routes;
  private final PoolWatch pool;
  private final BackendSockets sockets;
  private final ScheduledExecutorService files;
  private final ScheduledExecutorService keys;

  ReloadSchedule(GatewayBeans beans, CamelContext context, RouteFiles routes) {
    this.beans = beans;
    this.routes = routes;
    this.pool = beans.pool().watch();
    this.sockets = context.getRegistry().findSingleByType(BackendSockets.class);
    this.files =
        context.getExecutorServiceManager().newSingleThreadScheduledExecutor(this, "files");
    // On a thread of its own: a key is revoked at once, also while a route is being replaced.
    this.keys = context.getExecutorServiceManager().newSingleThreadScheduledExecutor(this, "keys");
  }

  /** Starts with the first interval of each. */
  void start(Settings settings) {
    schedule(files, this::reloadFiles, settings.get(StorageSettings.FILES_CHECK_INTERVAL));
    schedule(
        keys, beans.access().keyAdmin()::refresh, settings.get(CallerSettings.KEYS_CHECK_INTERVAL));
  }

  @SuppressWarnings("FutureReturnValueIgnored")
  private static void schedule(ScheduledExecutorService on, Runnable work, Duration interval) {
    on.scheduleWithFixedDelay(
        work, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void reloadFiles() {
    try {
      beans.workflow().library().reload();
      beans.logFaults();
      pool.refresh(sockets);
      beans.sink().refresh();
      beans.logUnusedDefaults();
      reloadCertificate();
      routes.refresh();
    } catch (IOException | RuntimeException | StackOverflowError e) {
      // The executor drops a task that throws, and no file would be reloaded again.
      LOG.error("cannot reload files", e);
    }
  }

  private void reloadCertificate() throws IOException {
    Optional<ServerCertificate> newer = beans.http().listening().refresh();
    if (newer.isPresent()) {
      beans.announce();
      LOG.info("certificate replaced expires={}", newer.get().expires());
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
