package io.comfygateway;

import io.comfygateway.access.ApiKeys;
import io.comfygateway.backend.Sockets;
import io.comfygateway.route.DrainedShutdown;
import io.comfygateway.route.RouteFault;
import io.comfygateway.route.RouteFiles;
import io.comfygateway.web.Door;
import io.comfygateway.web.GatewayHttpEngine;
import io.comfygateway.web.ProblemBody;
import io.comfygateway.web.RouterAnswers;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.PlatformHttpConstants;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServer;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.Main;
import org.apache.camel.main.MainListenerSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running gateway: Camel Main with the beans, the HTTP server and the route files. */
public final class GatewayServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GatewayServer.class);
  private static final int WORKERS = 64;
  private final Door door = new Door();
  private final Settings settings;
  private final Main main = new Main();
  private final Vertx vertx;
  private final Beans beans;
  private final DataFolder data;
  private RouteFiles routes;
  private ScheduledExecutorService watcher;

  /**
   * Makes a gateway; it does not run yet.
   *
   * @throws IllegalArgumentException where a setting cannot be used; the message says which and
   *     what to do
   */
  public GatewayServer(Settings settings, InstantSource clock) throws IOException {
    this.settings = settings;
    this.data = new DataFolder(settings.dataDir());
    this.beans = new Beans(settings, data, clock, this::baseUrl);
    this.vertx =
        Vertx.vertx(new VertxOptions().setWorkerPoolSize(WORKERS).setPreferNativeTransport(false));
  }

  /** Starts it; when this returns it serves. */
  public void start() {
    try {
      beans.tidy();
      main.configure()
          .withName("comfyui-gateway")
          .withStreamCachingEnabled(false)
          .withShutdownTimeout(30);
      main.configure().setAutowiredEnabled(false);
      main.setDefaultPropertyPlaceholderLocation("false");
      settings.values().forEach(main::addOverrideProperty);
      main.addOverrideProperty("camel.server.enabled", "true");
      main.addOverrideProperty("camel.server.host", settings.host());
      main.addOverrideProperty("camel.server.port", Integer.toString(settings.port()));
      main.addOverrideProperty(
          "camel.server.max-body-size", settings.text("gateway.max-body-bytes"));
      main.addOverrideProperty(
          "camel.server.file-upload-directory", settings.dataDir().resolve("uploads").toString());
      main.addMainListener(
          new MainListenerSupport() {
            @Override
            public void beforeConfigure(BaseMainSupport configured) {
              bind(configured.getCamelContext());
            }
          });
      door.pause(Duration.ZERO);
      main.start();
      new RouterAnswers(door, new ProblemBody(beans.json())).install(main.getCamelContext());
      loadRoutes();
    } catch (Exception e) {
      close();
      throw e instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(e);
    }
  }

  private void bind(CamelContext context) {
    context.getRegistry().bind("vertx", vertx);
    context.setShutdownStrategy(new DrainedShutdown(context));
    GatewayHttpEngine engine =
        new GatewayHttpEngine(
            new GatewayHttpEngine.Answering(
                new ProblemBody(beans.json()),
                beans.waits(),
                door,
                context.createProducerTemplate()));
    context.getRegistry().bind(PlatformHttpConstants.PLATFORM_HTTP_ENGINE_NAME, engine);
    beans.bindTo(context, () -> routeFaults().stream().map(RouteFault::text).toList());
  }

  private void loadRoutes() {
    CamelContext context = main.getCamelContext();
    Properties values = new Properties();
    values.putAll(settings.values());
    Sockets sockets = context.getRegistry().lookupByNameAndType("sockets", Sockets.class);
    routes =
        RouteFiles.of(
            context,
            settings.routesDir(),
            values,
            new RouteFiles.Manner(
                door,
                sockets::add,
                Duration.ofSeconds(settings.number("gateway.routes.drain-seconds", 1, 600))));
    routes.refresh();
    door.resume();
    watcher = context.getExecutorServiceManager().newSingleThreadScheduledExecutor(this, "files");
    long interval = settings.millis("gateway.files.check-interval-ms").toMillis();
    watcher.scheduleWithFixedDelay(this::refreshFiles, interval, interval, TimeUnit.MILLISECONDS);
  }

  private void refreshFiles() {
    try {
      beans.library().reload();
      routes.refresh();
    } catch (RuntimeException e) {
      // A task that throws is not scheduled again, and no file would be looked at any more.
      LOG.error("files cannot be looked at", e);
    }
  }

  /** What keeps route files from being the ones that run. */
  public List<RouteFault> routeFaults() {
    return routes == null ? List.of() : routes.faults();
  }

  /** The keys that it accepts. */
  public ApiKeys keys() {
    return beans.keys();
  }

  /** The port that it listens on. */
  public int port() {
    VertxPlatformHttpServer server =
        main.getCamelContext().hasService(VertxPlatformHttpServer.class);
    return server != null && server.getServer() != null
        ? server.getServer().actualPort()
        : settings.port();
  }

  /** The URL under which callers reach it. */
  public String baseUrl() {
    String host = settings.host().contains(":") ? "[" + settings.host() + "]" : settings.host();
    return settings
        .publicUrl()
        .orElseGet(() -> "http://" + ("0.0.0.0".equals(host) ? "localhost" : host) + ":" + port());
  }

  public CamelContext context() {
    return main.getCamelContext();
  }

  /** Stops taking work, finishes what is in hand within the time limit, and stops. */
  @Override
  public void close() {
    if (watcher != null) {
      watcher.shutdownNow();
    }
    main.stop();
    vertx.close().toCompletionStage().toCompletableFuture().join();
    beans.close();
  }
}
