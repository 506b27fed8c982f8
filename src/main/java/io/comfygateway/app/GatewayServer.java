package io.comfygateway.app;

import io.comfygateway.http.RequestGate;
import io.comfygateway.http.SocketEndpoint;
import io.comfygateway.job.ClusterNotifier;
import io.comfygateway.pool.BackendSockets;
import io.comfygateway.pool.Backends;
import io.comfygateway.route.DrainedShutdown;
import io.comfygateway.route.RouteFault;
import io.comfygateway.route.RouteFiles;
import io.comfygateway.route.RouteManner;
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
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.CamelContext;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.Main;
import org.apache.camel.main.MainListenerSupport;
import org.apache.camel.main.SimpleMainShutdownStrategy;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The life cycle of a gateway: Camel Main with the beans, the HTTP server and the route files. */
public final class GatewayServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GatewayServer.class);
  private static final int WORKERS = 64;
  private static final String QUEUE_POLL_MS = "200";
  private static final Duration STOP_MARGIN = Duration.ofSeconds(2);
  private final Settings settings;
  private final Persistence persistence;
  private final Main main =
      new Main() {
        @Override
        protected CamelContext createCamelContext() {
          return new GatewayCamelContext();
        }
      };
  private final GatewayBeans beans;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private @Nullable Vertx vertx;
  private @Nullable RouteFiles routes;
  private @Nullable ReloadSchedule reloads;
  private @Nullable SocketEndpoint sockets;
  private Set<String> beanNames = Set.of();

  /**
   * Makes a gateway that does not run yet.
   *
   * @throws StartFailure where its data folder or its database cannot be used; the message says
   *     what to do
   */
  public GatewayServer(Settings settings, InstantSource clock) {
    this(settings, Persistence.open(settings), clock);
  }

  /** Makes a gateway that does not run yet; closing it closes the persistence. */
  public GatewayServer(Settings settings, Persistence persistence, InstantSource clock) {
    this.settings = settings;
    this.persistence = persistence;
    try {
      this.beans =
          new GatewayBeans(
              settings,
              persistence,
              clock,
              () -> routeFaults().stream().map(RouteFault::said).toList());
    } catch (RuntimeException e) {
      persistence.close();
      throw StartFailure.of(e, settings);
    }
    // Camel's own shutdown hook would only wait until the context has been stopped.
    main.setShutdownStrategy(new SimpleMainShutdownStrategy());
  }

  /**
   * Starts the gateway. It serves when this returns; nothing is left of a start that fails.
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
      // How soon the consumer of a queue notices that it should suspend or stop.
      main.addOverrideProperty("camel.component.seda.default-poll-timeout", QUEUE_POLL_MS);
      main.addMainListener(
          new MainListenerSupport() {
            @Override
            public void beforeConfigure(BaseMainSupport configured) {
              bind(configured.getCamelContext());
            }
          });
      gate().pause(Duration.ZERO);
      main.start();
      sockets = beans.sockets().endpoint(beans.access().accessControl());
      beans
          .http()
          .listen(
              main.getCamelContext(),
              beans.api().access()::isKnown,
              beans.health().metrics()::answered,
              sockets);
      beans.sockets().start();
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
    beanNames = beans.bindTo(context);
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
            new RouteManner(
                gate(),
                context.getRegistry().findSingleByType(BackendSockets.class)::add,
                settings.get(StorageSettings.ROUTE_DRAIN),
                beanNames));
    routes.refresh();
    beans.routesLoaded(routes::unloaded);
    beans.logFaults();
    gate().resume();
    reloads = ReloadSchedule.of(beans, context, routes);
    reloads.start(settings);
    beans.cluster().notifier().ifPresent(ClusterNotifier::start);
    beans.streams().streams().start();
    beans.announce();
  }

  private Listening listening() {
    return beans.http().listening();
  }

  private RequestGate gate() {
    return beans.http().gate();
  }

  /** Reloads the keys, so that a key that was just stored is valid at once. */
  public void reloadKeys() {
    beans.access().keyAdmin().refresh();
  }

  /** The route files that could not be loaded, each with the reason. */
  public List<RouteFault> routeFaults() {
    return routes == null ? List.of() : routes.faults();
  }

  /** The number of requests that wait for a job. */
  public int heldRequests() {
    return beans.http().longPolls().count();
  }

  /** The number of open event streams. */
  public int eventStreams() {
    return beans.streams().streams().count();
  }

  /** The port that the gateway listens on. */
  public int port() {
    return listening().port();
  }

  /** The URL of the gateway for callers. */
  public String baseUrl() {
    return listening().publicUrl();
  }

  public CamelContext context() {
    return main.getCamelContext();
  }

  /** The ComfyUI servers. */
  public Backends backends() {
    return beans.pool().backends();
  }

  public WorkflowLibrary library() {
    return beans.workflow().library();
  }

  /** The workflows that can never run here, each with the reason. */
  public List<String> obstacles() {
    return beans.intake().verdicts().texts();
  }

  /** Waits until the gateway is closed. */
  public void awaitStop() throws InterruptedException {
    stopped.await();
  }

  /**
   * Takes no more work, finishes the work in progress within the time limit, releases the rest for
   * other gateways, and stops. A second call does nothing.
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

  // Camel waits without limit for a thread that it cannot interrupt, such as one that reads from a
  // socket. The fence of the job refuses what such a thread writes later.
  private void stopRoutes() {
    Thread stopping = new Thread(main::stop, "stop-routes");
    stopping.setDaemon(true);
    stopping.start();
    try {
      stopping.join(settings.get(StageSettings.STOP_LIMIT).plus(STOP_MARGIN).toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (stopping.isAlive()) {
      LOG.warn(
          "stopped with work in progress, which is resumed later limit={}",
          settings.get(StageSettings.STOP_LIMIT));
    }
  }

  // Before the database is closed, so that jobs in progress can still be stored.
  private void stopCamel() {
    if (reloads != null) {
      reloads.close();
    }
    try {
      gate().shut();
      beans.http().longPolls().release();
      beans.streams().streams().close();
      if (sockets != null) {
        sockets.close();
      }
      stopRoutes();
      beans.sockets().close();
      beans.cluster().notifier().ifPresent(ClusterNotifier::close);
      beans.store().handOver();
    } finally {
      if (vertx != null) {
        vertx.close().toCompletionStage().toCompletableFuture().join();
      }
    }
  }
}
