package io.comfygateway.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.config.FileFault;
import io.comfygateway.http.CertificateFiles.ServerCertificate;
import io.comfygateway.job.ClusterEvents;
import io.comfygateway.job.Job;
import io.comfygateway.output.Output;
import io.comfygateway.settings.Settings;
import io.comfygateway.settings.StorageSettings;
import io.comfygateway.workflow.Workflow;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All parts of a gateway. Each is made from the settings and the parts above it. */
public final class GatewayBeans {
  private static final Logger LOG = LoggerFactory.getLogger(GatewayBeans.class);

  private final SharedBeans shared;
  private final WorkflowBeans workflow;
  private final StoreBeans store;
  private final FilesBeans files;
  private final SocketBeans sockets;
  private final EgressBeans egress;
  private final PoolBeans pool;
  private final PromptBeans prompt;
  private final OutputBeans output;
  private final SinkBeans sink;
  private final CustomBeans custom;
  private final LifecycleBeans lifecycle;
  private final FetchBeans fetch;
  private final UploadBeans uploads;
  private final PictureBeans pictures;
  private final AccessBeans access;
  private final HttpBeans http;
  private final ViewBeans views;
  private final DeliveryBeans delivery;
  private final IntakeBeans intake;
  private final LibraryBeans library;
  private final ApiBeans api;
  private final ClientBeans clients;
  private final StreamBeans streams;
  private final ClusterBeans cluster;
  private final HealthBeans health;
  private List<FileFault> unusedDefaults = List.of();

  /**
   * Makes the parts; nothing runs yet.
   *
   * @param routeFaults the route files that could not be loaded, each with the reason
   */
  public GatewayBeans(
      Settings settings,
      Persistence persistence,
      InstantSource time,
      Supplier<List<FileFault>> routeFaults) {
    shared = new SharedBeans(settings, persistence, time);
    workflow = new WorkflowBeans(shared);
    store = new StoreBeans(shared);
    files = new FilesBeans(shared);
    sockets = new SocketBeans(shared, store);
    egress = new EgressBeans(shared);
    pool = new PoolBeans(shared, workflow, store, files, sockets);
    sockets.features().among(server -> pool.backends().find(server).isPresent());
    workflow.library().convertWith(pool::objectInfo);
    prompt = new PromptBeans(shared, store, files, pool, sockets, this::editorFile, this::wake);
    output = new OutputBeans(shared, store, files, pool, prompt);
    sink = new SinkBeans(shared);
    custom = new CustomBeans(shared, this::rendered);
    lifecycle = new LifecycleBeans(shared, store, files, pool, prompt, custom);
    fetch = new FetchBeans(shared, store, egress, prompt);
    access = new AccessBeans(shared);
    http = new HttpBeans(shared, store, output, sink);
    views = new ViewBeans(shared, workflow, store, pool, prompt, output, sink, access, http);
    delivery = new DeliveryBeans(shared, store, files, output, sink, custom, access, views, egress);
    pictures = new PictureBeans(shared, files);
    uploads = new UploadBeans(shared, files, prompt);
    intake =
        new IntakeBeans(
            shared, workflow, store, files, egress, pool, prompt, output, sink, lifecycle, fetch,
            uploads, views);
    streams =
        new StreamBeans(shared, store, pool, prompt, sockets, access, views, this::neighbours);
    library = new LibraryBeans(shared, workflow, pool, access, intake);
    api =
        new ApiBeans(
            shared, workflow, store, files, pool, access, views, library, pictures, streams, sink);
    clients =
        new ClientBeans(shared, workflow, store, files, pool, prompt, uploads, pictures, sockets);
    cluster = new ClusterBeans(shared, store, pool, views, http, streams, sockets);
    health =
        new HealthBeans(
            shared, workflow, store, files, pool, sink, lifecycle, http, cluster, routeFaults);
  }

  private void wake(Job job) {
    http.longPolls().signal(job);
  }

  /**
   * Binds what routes can name to the registry of a context.
   *
   * @return the names
   */
  public Set<String> bindTo(CamelContext context) {
    RouteBeans routes = new RouteBeans(context.getRegistry());
    store.bindTo(routes);
    egress.bindTo(routes);
    pool.bindTo(routes, context);
    prompt.bindTo(routes);
    output.bindTo(routes);
    sink.bindTo(routes);
    lifecycle.bindTo(routes);
    fetch.bindTo(routes);
    delivery.bindTo(routes);
    intake.bindTo(routes, context, custom.bindTo(routes, context), custom.unloaded());
    library.bindTo(routes);
    api.bindTo(routes);
    clients.bindTo(routes);
    uploads.bindTo(routes);
    pictures.bindTo(routes);
    streams.bindTo(routes);
    cluster.bindTo(routes, context);
    health.bindTo(routes);
    return routes.names();
  }

  private ClusterEvents neighbours() {
    return cluster.events();
  }

  private Optional<JsonNode> editorFile(Job job, ObjectNode prompt) {
    return library.editorFile(job, prompt);
  }

  private ObjectNode rendered(Job job, List<Output> outputs) {
    return views.jobs().render(job, outputs);
  }

  /**
   * The route files have been read once.
   *
   * @param unloaded the names of those with routes that the gateway calls and that do not run
   */
  void routesLoaded(Supplier<List<String>> unloaded) {
    custom.loaded(unloaded);
  }

  /**
   * Cleans up what the last run of the gateway left behind.
   *
   * @throws IOException where the folder of files cannot be read or written
   */
  void prepare() throws IOException {
    store.prepare();
    files.prepare();
    library.stored().refresh();
    workflow.library().keepIn(library.stored());
    workflow
        .library()
        .keepConverted(shared.settings().get(StorageSettings.DATA_DIR).resolve("converted"));
  }

  /** Logs the workflows that did not load and those that can never run here, each once. */
  void logFaults() {
    workflow.library().logFaults();
    intake.verdicts().logObstacles();
  }

  /** Logs the defaults of destinations that apply to no job, each once. */
  void logUnusedDefaults() {
    List<FileFault> unused =
        sink.destinations().unusedDefaults(workflowNames(), access.callerNames());
    if (!unused.equals(unusedDefaults)) {
      unused.forEach(fault -> LOG.warn("default of destinations is for no job: {}", fault));
      unusedDefaults = unused;
    }
  }

  /**
   * Defaults of destinations that apply to no job, as far as that is known without the database.
   */
  public List<FileFault> unusedDefaults() {
    return sink.destinations().unusedDefaults(workflowNames(), Optional.empty());
  }

  private Set<String> workflowNames() {
    return workflow.library().all().stream().map(Workflow::name).collect(Collectors.toSet());
  }

  /**
   * Writes the file from which a command learns how to reach this gateway.
   *
   * @throws IOException where the data folder cannot be written
   */
  void announce() throws IOException {
    Listening listening = http.listening();
    shared
        .persistence()
        .announce(
            new LocalAdmin(
                listening.localUrl(),
                access.localKey().secret(),
                listening.served().map(ServerCertificate::fingerprint)));
  }

  public WorkflowBeans workflow() {
    return workflow;
  }

  SocketBeans sockets() {
    return sockets;
  }

  StoreBeans store() {
    return store;
  }

  public PoolBeans pool() {
    return pool;
  }

  public SinkBeans sink() {
    return sink;
  }

  AccessBeans access() {
    return access;
  }

  HttpBeans http() {
    return http;
  }

  public IntakeBeans intake() {
    return intake;
  }

  LibraryBeans library() {
    return library;
  }

  ApiBeans api() {
    return api;
  }

  StreamBeans streams() {
    return streams;
  }

  ClusterBeans cluster() {
    return cluster;
  }

  HealthBeans health() {
    return health;
  }
}
