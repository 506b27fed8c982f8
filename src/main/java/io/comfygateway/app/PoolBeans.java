package io.comfygateway.app;

import io.comfygateway.config.FileFault;
import io.comfygateway.pool.Backend;
import io.comfygateway.pool.BackendConnections;
import io.comfygateway.pool.BackendSockets;
import io.comfygateway.pool.Backends;
import io.comfygateway.pool.Dispatcher;
import io.comfygateway.pool.DrainedServers;
import io.comfygateway.pool.FrameListener;
import io.comfygateway.pool.HealthProbe;
import io.comfygateway.pool.NodeWatch;
import io.comfygateway.pool.PoolFile;
import io.comfygateway.pool.PoolWatch;
import io.comfygateway.pool.Previews;
import io.comfygateway.pool.ProbePolicy;
import io.comfygateway.pool.RunningPrompts;
import io.comfygateway.pool.ServerSurvey;
import io.comfygateway.pool.SocketComponent;
import io.comfygateway.pool.SocketPictures;
import io.comfygateway.settings.LimitSettings;
import io.comfygateway.settings.RetrySettings;
import io.comfygateway.settings.ServerSettings;
import io.comfygateway.settings.Settings;
import io.comfygateway.settings.StageSettings;
import io.comfygateway.workflow.ObjectInfo;
import io.comfygateway.workflow.ValidationMode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.camel.CamelContext;

/** The ComfyUI servers, and the components {@code comfyui} and {@code comfyui-socket}. */
public final class PoolBeans {
  private final SharedBeans shared;
  private static final Duration BETWEEN_PREVIEWS = Duration.ofMillis(500);

  private final FrameListener frames;
  private final Previews previews;
  private final StoreBeans store;
  private final PoolFile file;
  private final Backends backends;
  private final DrainedServers drained;
  private final RunningPrompts runningPrompts;
  private final BackendConnections connections;
  private final SocketPictures socketPictures;
  private final Dispatcher dispatcher;
  private final HealthProbe healthProbe;

  PoolBeans(
      SharedBeans shared,
      WorkflowBeans workflow,
      StoreBeans store,
      FilesBeans files,
      SocketBeans sockets) {
    this.shared = shared;
    this.store = store;
    Settings settings = shared.settings();
    this.file =
        new PoolFile(
            settings.get(ServerSettings.FILE),
            settings.get(ServerSettings.WINDOW),
            System.getenv());
    this.backends =
        new Backends(
            file.initial(
                Backend.parse(
                    settings.get(ServerSettings.URLS), settings.get(ServerSettings.WINDOW))),
            probePolicy(settings),
            shared.clock(),
            settings.get(LimitSettings.VALIDATE) == ValidationMode.REFUSE);
    this.drained =
        new DrainedServers(
            shared.database().jdbc(), shared.database().transaction(), backends, shared.clock());
    this.runningPrompts =
        new RunningPrompts(settings.get(RetrySettings.STOP_INTERVAL), shared.clock());
    this.previews =
        new Previews(
            runningPrompts::mayHave,
            new Previews.Limits(
                settings.get(LimitSettings.MAX_PREVIEW),
                settings.get(LimitSettings.MAX_PREVIEWS),
                BETWEEN_PREVIEWS),
            shared.json(),
            shared.clock());
    FrameListener watched = FrameListener.both(previews, new NodeWatch(store.jobs().nodeStarts()));
    this.frames = FrameListener.both(sockets.hub(), watched);
    this.connections =
        new BackendConnections(
            backends,
            new BackendConnections.Limits(
                settings.get(ServerSettings.CONNECT_TIMEOUT),
                settings.get(ServerSettings.ANSWER_TIMEOUT),
                settings.get(ServerSettings.RESPONSE_TIMEOUT),
                settings.get(ServerSettings.MAX_ANSWER),
                settings.get(ServerSettings.MAX_FILE)));
    this.socketPictures =
        new SocketPictures(
            files.jobFiles(), settings.get(StageSettings.WEBSOCKET_NODES), shared.json());
    this.dispatcher =
        new Dispatcher(
            store.jobs().queue(),
            store.jobs().requirements(),
            shared.database(),
            backends,
            runningPrompts,
            files.state());
    this.healthProbe = new HealthProbe(backends, workflow.nodesFile(), shared.json());
  }

  private static ProbePolicy probePolicy(Settings settings) {
    return new ProbePolicy(
        settings.get(RetrySettings.PROBE_FAILURES),
        settings.get(RetrySettings.PROBE_INTERVAL),
        settings.get(RetrySettings.LONGEST_PROBE_INTERVAL),
        settings.get(RetrySettings.FAILED_PROMPTS),
        settings.get(RetrySettings.REST),
        settings.get(RetrySettings.LONGEST_REST),
        settings.get(ServerSettings.OBJECT_INFO_AGE),
        settings.get(RetrySettings.OBJECT_INFO_RETRY));
  }

  Dispatcher dispatcher() {
    return dispatcher;
  }

  void bindTo(RouteBeans routes, CamelContext context) {
    routes.bind(
        backends,
        backends.health(),
        backends.nodeClasses(),
        healthProbe,
        dispatcher,
        socketPictures,
        sockets(context));
    routes.bindComponent("comfyui", connections.component());
    routes.bindComponent(
        "comfyui-socket",
        new SocketComponent(
            backends,
            shared.settings().get(ServerSettings.CONNECT_TIMEOUT),
            shared.persistence().gatewayId(),
            socketPictures,
            frames));
  }

  Backends backends() {
    return backends;
  }

  DrainedServers drained() {
    return drained;
  }

  RunningPrompts runningPrompts() {
    return runningPrompts;
  }

  Previews previews() {
    return previews;
  }

  SocketPictures socketPictures() {
    return socketPictures;
  }

  /** Makes the routes of the WebSockets in a context. */
  public BackendSockets sockets(CamelContext context) {
    return new BackendSockets(
        context, backends, shared.settings().get(RetrySettings.PROGRESS_RETRY));
  }

  /** Reloads the pool from its file. */
  PoolWatch watch() {
    return new PoolWatch(file, backends, connections, store.jobs().queries(), runningPrompts);
  }

  /** Reads once which node classes the servers have. */
  public ServerSurvey survey() {
    return new ServerSurvey(backends, connections, shared.json());
  }

  /** What the servers say of their node classes, once one has been asked. */
  public Optional<ObjectInfo> objectInfo() {
    return backends.nodeClasses().all();
  }

  /** The faults in the file of the pool. */
  public List<FileFault> faults() {
    return file.faults();
  }
}
