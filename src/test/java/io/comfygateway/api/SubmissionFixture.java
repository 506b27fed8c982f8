package io.comfygateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.SettableClock;
import io.comfygateway.TestJson;
import io.comfygateway.access.Caller;
import io.comfygateway.access.JobQuota;
import io.comfygateway.access.KeyRestrictions;
import io.comfygateway.access.MasterKey;
import io.comfygateway.access.Scope;
import io.comfygateway.access.SignedUrls;
import io.comfygateway.database.Database;
import io.comfygateway.database.DatabaseKind;
import io.comfygateway.delivery.Deliveries;
import io.comfygateway.egress.UrlGuard;
import io.comfygateway.fetch.InputUrls;
import io.comfygateway.files.FilesFolder;
import io.comfygateway.files.FolderJobFiles;
import io.comfygateway.files.FreeSpace;
import io.comfygateway.http.GatewayHttpConsumer;
import io.comfygateway.http.ReceivedForm;
import io.comfygateway.job.Jobs;
import io.comfygateway.job.NodeStarts;
import io.comfygateway.job.TestJobs;
import io.comfygateway.lifecycle.JobCompletion;
import io.comfygateway.media.FileRules;
import io.comfygateway.output.OutputRows;
import io.comfygateway.pool.Backend;
import io.comfygateway.pool.Backends;
import io.comfygateway.pool.ProbePolicy;
import io.comfygateway.pool.RunningPrompts;
import io.comfygateway.prompt.InputFiles;
import io.comfygateway.prompt.ProgressBoard;
import io.comfygateway.sink.CopyRows;
import io.comfygateway.sink.Destinations;
import io.comfygateway.upload.UploadFolder;
import io.comfygateway.upload.UploadStore;
import io.comfygateway.upload.Uploads;
import io.comfygateway.workflow.Graph;
import io.comfygateway.workflow.NodesFile;
import io.comfygateway.workflow.Seeds;
import io.comfygateway.workflow.SourceReader;
import io.comfygateway.workflow.ValidationMode;
import io.comfygateway.workflow.WorkflowLibrary;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;

/** The steps of a submission with a database and the shipped workflows, but without a gateway. */
final class SubmissionFixture implements AutoCloseable {
  static final Duration LONGEST_WAIT = Duration.ofSeconds(60);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private static final FileRules RULES = new FileRules(1_000, 1_000, 9);

  final DefaultCamelContext camel = new DefaultCamelContext();
  final SettableClock clock = new SettableClock();
  final Database database;
  final Jobs jobs;
  final Backends backends;
  final RequestContent content;
  final SubmissionReader reader =
      new SubmissionReader(
          TestJson.MAPPER, new SourceReader(Graph.Limits.STANDARD, Optional::empty), LONGEST_WAIT);
  final GraphSource graphSource;
  final DeliveryTargets targets;
  final GraphInputs inputs;
  final GraphCheck check;
  final IdempotencyKeys keys;
  final JobView view;
  final BatchView batchView;
  private final Path folder;

  SubmissionFixture(Path folder) {
    this.folder = folder;
    database = new Database(DatabaseKind.H2.inNewPlace(folder), 2);
    jobs = TestJobs.in(database, clock);
    backends =
        new Backends(
            Backend.parse("http://127.0.0.1:8188", 2),
            new ProbePolicy(1, PAUSE, PAUSE, 1, PAUSE, PAUSE, PAUSE, PAUSE),
            clock,
            false);
    WorkflowLibrary library = new WorkflowLibrary(Path.of("workflows"));
    GraphPolicy policy = new GraphPolicy(new NodesFile(Path.of("config/nodes.yaml")), backends);
    content = new RequestContent(policy, Graph.Limits.STANDARD, TestJson.MAPPER);
    graphSource = new GraphSource(content, library, policy, Graph.Limits.STANDARD);
    targets =
        new DeliveryTargets(
            content,
            new UrlGuard("allowed.example"),
            new Destinations(Path.of("no/such/destinations.yaml"), Map.of(), Set::of));
    inputs = new GraphInputs(content, backends, Graph.Limits.STANDARD, new Seeds(new Random(1)));
    check = new GraphCheck(content, policy, backends, ValidationMode.REFUSE);
    OutputRows outputs = new OutputRows(database.jdbc());
    Deliveries deliveries = deliveries(clock);
    view =
        new JobView(
            jobs.positions(),
            outputs,
            deliveries.queries(),
            new LiveState(
                backends,
                new RunningPrompts(Duration.ofSeconds(3), clock),
                new ProgressBoard(new NodeStarts(InstantSource.system()))),
            new CopyRows(database.jdbc()),
            new OutputView(
                new SignedUrls(MasterKey.ofBase64("A".repeat(43) + "="), clock),
                PAUSE,
                copy -> Optional.empty(),
                library::outputNames,
                TestJson.MAPPER,
                clock),
            () -> "http://gateway",
            PAUSE,
            TestJson.MAPPER);
    batchView =
        new BatchView(
            jobs.batches(),
            deliveries.queries(),
            view,
            () -> "http://gateway",
            PAUSE,
            TestJson.MAPPER);
    keys = new IdempotencyKeys(jobs.queue(), jobs.queries(), jobs.batches(), view, batchView);
    JsonViews.register(camel);
  }

  private Deliveries deliveries(InstantSource time) {
    return Deliveries.in(database, time, TestJobs.LEASE);
  }

  private FilesFolder files() {
    return new FilesFolder(folder, Optional.empty(), new FreeSpace(Set.of(folder), 0));
  }

  /** The uploads that the inputs of submissions may name. */
  Uploads uploads() {
    return new Uploads(database.jdbc(), database.transaction(), uploadFolder(), clock);
  }

  UploadStore uploadStore() {
    return new UploadStore(
        uploads(), uploadFolder(), new UploadStore.Rules(10_000, Duration.ofDays(7)), clock);
  }

  private UploadFolder uploadFolder() {
    return new UploadFolder(new FolderJobFiles(folder.resolve("uploads"), files()), RULES);
  }

  private MediaFiles media() {
    return new MediaFiles(
        new InputFiles(
            new FolderJobFiles(folder.resolve("inputs"), files()), TestJson.MAPPER, RULES),
        files(),
        new InputUrls(new UrlGuard("")),
        uploads(),
        RULES,
        1_000);
  }

  private JobBuilder builder(InstantSource time) {
    return new JobBuilder(content, targets, media(), TestJson.MAPPER, time);
  }

  private JobCompletion completion(InstantSource time) {
    return new JobCompletion(
        database.transaction(),
        jobs.queries(),
        jobs.transitions(),
        jobs.batches(),
        new OutputRows(database.jdbc()),
        deliveries(time).queue(),
        (before, now, document) -> {});
  }

  /**
   * The step that stores.
   *
   * @param time what fails, or the clock
   */
  JobAdmission admission(InstantSource time) {
    return new JobAdmission(
        jobs.queue(),
        jobs.queries(),
        database,
        completion(time),
        new JobQuota(database.jdbc(), clock),
        files(),
        media(),
        builder(time),
        keys,
        view);
  }

  /** The steps of a batch, by the names that routes call them. */
  Map<String, Object> batchSteps(BatchLimits limits) {
    BatchCapacity capacity = new BatchCapacity(limits);
    return Map.of(
        "batchRequests",
        new BatchRequests(
            content,
            capacity,
            jobs.queue(),
            files(),
            media(),
            new UrlGuard(""),
            TestJson.MAPPER,
            clock),
        "batchRows",
        new BatchRows(capacity, builder(clock), jobs.queue(), media(), clock),
        "batchAdmission",
        new BatchAdmission(
            jobs.batches(),
            database,
            completion(clock),
            new JobQuota(database.jdbc(), clock),
            keys,
            batchView),
        "batchReader",
        new BatchReader(jobs.queries(), jobs.batches(), deliveries(clock).redelivery(), batchView));
  }

  static Caller caller(String name) {
    return new Caller(name, Set.of(Scope.RUN, Scope.RAW), KeyRestrictions.NONE);
  }

  /** A request as it arrives. */
  Exchange received(String workflow, Object body, Map<String, Object> headers) {
    Exchange exchange = new DefaultExchange((CamelContext) camel);
    exchange.setProperty(GatewayHttpConsumer.FORM, new ReceivedForm(Map.of(), List.of()));
    exchange.setProperty("caller", caller("alice"));
    exchange.getMessage().setHeader(Exchange.CONTENT_TYPE, "application/json");
    exchange.getMessage().setHeader("workflow", workflow);
    exchange.getMessage().getHeaders().putAll(headers);
    exchange.getMessage().setBody(body);
    return exchange;
  }

  /**
   * A request that was read.
   *
   * @param workflow null for a graph
   */
  Exchange read(String workflow, String json) {
    Exchange exchange =
        received(workflow, json.replace('\'', '"').getBytes(StandardCharsets.UTF_8), Map.of());
    reader.read(exchange, caller("alice"));
    return exchange;
  }

  /** A request whose graph was found. */
  Exchange found(String workflow, String json) {
    Exchange exchange = read(workflow, json);
    graphSource.find(exchange);
    return exchange;
  }

  /** A request whose inputs are in its graph. */
  Exchange applied(String workflow, String json) {
    Exchange exchange = found(workflow, json);
    inputs.apply(exchange);
    return exchange;
  }

  /** The graph of a request, as jq reads it. */
  static JsonNode graph(Exchange exchange) {
    return exchange.getProperty(RequestContent.GRAPH, JsonNode.class);
  }

  /** The body of a request, as jq reads it. */
  static ObjectNode body(Exchange exchange) {
    return exchange.getMessage().getBody(ObjectNode.class);
  }

  @Override
  public void close() throws IOException {
    camel.close();
    database.close();
  }
}
