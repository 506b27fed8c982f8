package io.comfygateway.app;

import io.comfygateway.http.RequestGate;
import io.comfygateway.job.ClusterNotifier;
import io.comfygateway.pool.BackendSockets;
import io.comfygateway.pool.Backends;
import io.comfygateway.route.DrainedShutdown;
import io.comfygateway.route.RouteFault;
import io.comfygateway.route.RouteFiles;
import io.comfygateway.settings.Settings;
import io.comfygateway.settings.StageSettings;
import io.comfygateway.settings.StorageSettings;
import io.comfygateway.workflow.WorkflowLibrary;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.CamelContext;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.Main;
import org.apache.camel.main.MainListenerSupport;
import org.apache.camel.main.SimpleMainShutdownStrategy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running gateway: Camel Main with the beans, the HTTP server and the route files. */
public final class GatewayServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GatewayServer.class);
  private static final int WORKERS = 64;
  private static final String QUEUE_LOOK_MS = "200";
  private static final Duration AFTER_LIMIT = Duration.ofSeconds(2);
  private final Settings settings;
  private final Persistence persistence;
  private final Main main = new Main();
  private final GatewayBeans beans;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private Vertx vertx;
  private RouteFiles routes;
  private ReloadSchedule reloads;

  /**
   * Makes a gateway; it does not run yet.
   *
   * @throws StartFailure where its data folder or its database cannot be used; the message says
   *     what to do
   */
  public GatewayServer(Settings settings, InstantSource clock) {
    this(settings, Persistence.open(settings), clock);
  }

  /** Makes a gateway on a persistence that it closes when it is closed. */
  public GatewayServer(Settings settings, Persistence persistence, InstantSource clock) {
    this.settings = settings;
    this.persistence = persistence;
    try {
      this.beans =
          new GatewayBeans(
              settings,
              persistence,
              clock,
              () -> routeFaults().stream().map(RouteFault::text).toList());
    } catch (RuntimeException e) {
      persistence.close();
      throw StartFailure.of(e, settings);
    }
    // Camel's own hook at the JVM's end only waits until somebody else has stopped the context.
    main.setShutdownStrategy(new SimpleMainShutdownStrategy());
  }

  /**
   * Starts it; when this returns it serves. Where it cannot, nothing of it is left.
   *
   * @throws StartFailure where it cannot; the message says what to do
   */
  public void start() {
    try {
      listening().requirePossible();
      vertx =
          Vertx.vertx(
              new VertxOptions().setWorkerPoolSize(WORKERS).setPreferNativeTransport(false));
      beans.prepare();
      main.configure()
          .withName("comfyui-gateway")
          .withStreamCachingEnabled(false)
          .withShutdownTimeout((int) settings.get(StageSettings.STOP_LIMIT).toSeconds());
      main.configure().setAutowiredEnabled(false);
      main.setDefaultPropertyPlaceholderLocation("false");
      settings.values().forEach(main::addOverrideProperty);
      // How soon a queue's consumer sees that it is to rest, or to stop.
      main.addOverrideProperty("camel.component.seda.default-poll-timeout", QUEUE_LOOK_MS);
      main.addMainListener(
          new MainListenerSupport() {
            @Override
            public void beforeConfigure(BaseMainSupport configured) {
              bind(configured.getCamelContext());
            }
          });
      gate().pause(Duration.ZERO);
      main.start();
      beans
          .http()
          .listen(
              main.getCamelContext(),
              beans.api().access()::isKnown,
              beans.health().metrics()::answered);
      loadRoutes();
    } catch (Exception e) {
      close();
      throw StartFailure.of(e, settings);
    }
  }

  private void bind(CamelContext context) {
    context.getRegistry().bind("vertx", vertx);
    beans.health().measure(context);
    context.setShutdownStrategy(new DrainedShutdown(context));
    beans.http().bindTo(context);
    beans.bindTo(context);
  }

  private void loadRoutes() throws IOException {
    CamelContext context = main.getCamelContext();
    Properties values = new Properties();
    values.putAll(settings.values());
    routes =
        RouteFiles.of(
            context,
            settings.get(StorageSettings.ROUTES_DIR),
            values,
            new RouteFiles.Manner(
                gate(),
                context.getRegistry().findSingleByType(BackendSockets.class)::add,
                settings.get(StorageSettings.ROUTE_DRAIN)));
    routes.refresh();
    beans.logFaults();
    gate().resume();
    reloads = new ReloadSchedule(beans, context, routes);
    reloads.start(settings);
    beans.cluster().notifier().ifPresent(ClusterNotifier::start);
    beans.announce();
  }

  private Listening listening() {
    return beans.http().listening();
  }

  private RequestGate gate() {
    return beans.http().gate();
  }

  /** Makes a key that was just stored valid at once. */
  public void reloadKeys() {
    beans.access().keyAdmin().refresh();
  }

  /** What keeps route files from being the ones that run. */
  public List<RouteFault> routeFaults() {
    return routes == null ? List.of() : routes.faults();
  }

  /** How many requests wait for their jobs. */
  public int heldRequests() {
    return beans.http().longPolls().count();
  }

  /** The port that it listens on. */
  public int port() {
    return listening().port();
  }

  /** The URL under which callers reach it. */
  public String baseUrl() {
    return listening().publicUrl();
  }

  public CamelContext context() {
    return main.getCamelContext();
  }

  /** What it knows of its ComfyUI servers. */
  public Backends backends() {
    return beans.pool().backends();
  }

  public WorkflowLibrary library() {
    return beans.workflow().library();
  }

  /** The workflows that can never run as things are, with why. */
  public List<String> obstacles() {
    return beans.intake().policy().texts();
  }

  /** Waits until it is closed. */
  public void awaitStop() throws InterruptedException {
    stopped.await();
  }

  /**
   * Stops taking work, finishes what is in hand within the time limit, hands over the rest, and
   * stops. A second call does nothing.
   */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    try (persistence) {
      stopCamel();
    } finally {
      stopped.countDown();
    }
  }

  // Camel waits for as long as it takes for a thread that it cannot interrupt, such as one that
  // reads from a socket. What such a thread still does finds the job in other hands.
  private void stopRoutes() {
    Thread stopping = new Thread(main::stop, "stop-routes");
    stopping.setDaemon(true);
    stopping.start();
    try {
      stopping.join(settings.get(StageSettings.STOP_LIMIT).plus(AFTER_LIMIT).toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (stopping.isAlive()) {
      LOG.warn(
          "stopped with work in hand, which is taken up again limit={}",
          settings.get(StageSettings.STOP_LIMIT));
    }
  }

  // Before the database is closed: a job in hand is still written down.
  private void stopCamel() {
    if (reloads != null) {
      reloads.close();
    }
    try {
      gate().shut();
      beans.http().longPolls().release();
      stopRoutes();
      beans.cluster().notifier().ifPresent(ClusterNotifier::close);
      beans.store().handOver();
    } finally {
      if (vertx != null) {
        vertx.close().toCompletionStage().toCompletableFuture().join();
      }
    }
  }
}
