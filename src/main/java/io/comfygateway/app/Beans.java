package io.comfygateway.app;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.google.re2j.Pattern;
import io.comfygateway.access.ApiKeys;
import io.comfygateway.access.DatabaseRateLimits;
import io.comfygateway.access.DocumentSealer;
import io.comfygateway.access.GeneratedKey;
import io.comfygateway.access.InMemoryRateLimits;
import io.comfygateway.access.JobQuota;
import io.comfygateway.access.KeyAdmin;
import io.comfygateway.access.KeyStore;
import io.comfygateway.access.Rates;
import io.comfygateway.access.SignedUrls;
import io.comfygateway.api.Access;
import io.comfygateway.api.Answers;
import io.comfygateway.api.BatchIntake;
import io.comfygateway.api.BatchReader;
import io.comfygateway.api.BatchView;
import io.comfygateway.api.ClusterEventReceiver;
import io.comfygateway.api.DocsAssets;
import io.comfygateway.api.Events;
import io.comfygateway.api.GraphPolicy;
import io.comfygateway.api.Health;
import io.comfygateway.api.Intake;
import io.comfygateway.api.JobReader;
import io.comfygateway.api.JobView;
import io.comfygateway.api.KeysApi;
import io.comfygateway.api.MediaFiles;
import io.comfygateway.api.PagesApi;
import io.comfygateway.api.PoolApi;
import io.comfygateway.api.Snapshots;
import io.comfygateway.delivery.CallbackMessages;
import io.comfygateway.delivery.DeliveryClaims;
import io.comfygateway.delivery.DeliveryResults;
import io.comfygateway.delivery.DeliveryStore;
import io.comfygateway.delivery.EventJson;
import io.comfygateway.delivery.OutputCopies;
import io.comfygateway.delivery.RetryDelays;
import io.comfygateway.delivery.RetrySchedule;
import io.comfygateway.disk.PrivateFiles;
import io.comfygateway.egress.GuardedConnections;
import io.comfygateway.egress.UrlGuard;
import io.comfygateway.fetch.Fetches;
import io.comfygateway.fetch.InputUrls;
import io.comfygateway.fetch.RetryPolicy;
import io.comfygateway.http.CertificateFiles;
import io.comfygateway.http.LongPolls;
import io.comfygateway.job.AbandonedPrompts;
import io.comfygateway.job.ClockSteps;
import io.comfygateway.job.ClusterEvents;
import io.comfygateway.job.ClusterNotifier;
import io.comfygateway.job.Database;
import io.comfygateway.job.FetchQueue;
import io.comfygateway.job.InProgress;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobStatus;
import io.comfygateway.job.JobStore;
import io.comfygateway.job.Lease;
import io.comfygateway.job.QueueLimits;
import io.comfygateway.job.Roster;
import io.comfygateway.job.WakeUps;
import io.comfygateway.lifecycle.FailoverPolicy;
import io.comfygateway.lifecycle.JobCompletion;
import io.comfygateway.lifecycle.JobOutcomes;
import io.comfygateway.lifecycle.JobStarted;
import io.comfygateway.lifecycle.OrphanRecovery;
import io.comfygateway.lifecycle.PromptOutcomes;
import io.comfygateway.lifecycle.Rejections;
import io.comfygateway.lifecycle.UnreachableJobs;
import io.comfygateway.media.FileRules;
import io.comfygateway.metrics.Metrics;
import io.comfygateway.output.FilesFolder;
import io.comfygateway.output.FolderOutputStore;
import io.comfygateway.output.FreeSpace;
import io.comfygateway.output.MissingOutputs;
import io.comfygateway.output.OutputCollector;
import io.comfygateway.output.OutputDownload;
import io.comfygateway.output.OutputRows;
import io.comfygateway.output.Retention;
import io.comfygateway.output.S3Destination;
import io.comfygateway.pool.Backend;
import io.comfygateway.pool.BackendConnections;
import io.comfygateway.pool.BackendSockets;
import io.comfygateway.pool.Backends;
import io.comfygateway.pool.Dispatcher;
import io.comfygateway.pool.HealthProbe;
import io.comfygateway.pool.PoolFile;
import io.comfygateway.pool.PoolWatch;
import io.comfygateway.pool.RunningPrompts;
import io.comfygateway.pool.ServerSurvey;
import io.comfygateway.pool.SocketComponent;
import io.comfygateway.pool.SocketPictures;
import io.comfygateway.prompt.InputFiles;
import io.comfygateway.prompt.ProgressBoard;
import io.comfygateway.prompt.PromptCancellation;
import io.comfygateway.prompt.PromptLookUp;
import io.comfygateway.prompt.PromptSubmission;
import io.comfygateway.prompt.PromptTracker;
import io.comfygateway.prompt.PromptWatch;
import io.comfygateway.prompt.SocketMessages;
import io.comfygateway.settings.AccessSettings;
import io.comfygateway.settings.Settings;
import io.comfygateway.webhook.CallbackSigners;
import io.comfygateway.webhook.WebhookSecret;
import io.comfygateway.workflow.FileFault;
import io.comfygateway.workflow.Graph;
import io.comfygateway.workflow.NodesFile;
import io.comfygateway.workflow.Seeds;
import io.comfygateway.workflow.ValidationMode;
import io.comfygateway.workflow.WorkflowLibrary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.component.micrometer.routepolicy.MicrometerRoutePolicyFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import software.amazon.awssdk.services.s3.S3Client;

/** Every bean that the routes name, made and bound in this one place. */
public final class Beans {
  private static final Logger LOG = LoggerFactory.getLogger(Beans.class);
  private static final int MAX_DEPTH = 32;
  private static final double JITTER = 0.1;
  private static final int REMOVED_AT_ONCE = 100;

  private final Settings settings;
  private final Database database;
  private final Persistence foundation;
  private final InstantSource clock;
  // A history is named after its prompt: a table of all names seen would only grow, and be copied.
  private final ObjectMapper json =
      new ObjectMapper(
              JsonFactory.builder().disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES).build())
          .registerModule(new Jdk8Module())
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
  private final Map<String, Object> bound = new LinkedHashMap<>();
  private final LongPolls waits;
  private final WorkflowLibrary library;
  private final NodesFile nodes;
  private final GraphPolicy policy;
  private final PoolFile poolFile;
  private final Backends backends;
  private final BackendConnections connections;
  private final RunningPrompts flights;
  private final ApiKeys keys;
  private final GeneratedKey localKey;
  private final KeyAdmin keyDesk;
  private final JobStore jobs;
  private final DeliveryStore deliveries;
  private final FilesFolder files;
  private Metrics metrics;
  private volatile Optional<CertificateFiles> certificate = Optional.empty();
  private Optional<ClusterNotifier> neighbours = Optional.empty();
  private Roster roster;
  private final FolderOutputStore outputFiles;
  private final Supplier<String> baseUrl;

  /**
   * Makes the beans.
   *
   * @param time what the time is; in milliseconds, as the store keeps it, so that a job is told
   *     alike before it is read again and after
   * @param baseUrl the URL under which callers reach the gateway, asked for when something is
   *     linked
   */
  public Beans(
      Settings settings, Persistence foundation, InstantSource time, Supplier<String> baseUrl) {
    this.settings = settings;
    this.foundation = foundation;
    this.clock = () -> time.instant().truncatedTo(ChronoUnit.MILLIS);
    this.baseUrl = baseUrl;
    this.database = foundation.database();
    this.jobs = jobStore();
    this.deliveries = new DeliveryStore(database.jdbc(), database.transaction(), clock, lease());
    this.library = new WorkflowLibrary(settings.workflowsDir(), limits());
    this.nodes = new NodesFile(settings.nodesFile());
    this.poolFile = new PoolFile(settings.backendsFile(), settings.window(), System.getenv());
    this.backends =
        new Backends(
            poolFile.initial(
                Backend.parse(settings.text("gateway.backends.urls"), settings.window())),
            settings.patience(),
            clock,
            settings.validation() == ValidationMode.REFUSE);
    this.policy = new GraphPolicy(nodes, backends, library);
    this.flights = new RunningPrompts(clock);
    this.connections =
        new BackendConnections(
            backends,
            new BackendConnections.Limits(
                settings.millis("gateway.comfyui.connect-timeout-ms"),
                settings.millis("gateway.comfyui.answer-timeout-ms"),
                settings.millis("gateway.comfyui.response-timeout-ms"),
                settings.number("gateway.comfyui.max-answer-bytes", 65_536, Long.MAX_VALUE),
                settings.number("gateway.comfyui.max-file-bytes", 1, Long.MAX_VALUE)));
    KeyStore keyStore = foundation.keyStore();
    this.localKey = LocalAdmin.key(settings);
    this.keys =
        new ApiKeys(
                settings.optional("gateway.api-keys").orElse(""),
                foundation.isOpen() ? keyStore.all() : List.of(),
                settings.isLoopback(),
                clock)
            .and(localKey.record());
    this.keyDesk = new KeyAdmin(keyStore, keys, foundation.callbackSecrets().get(0), json, clock);
    this.files =
        new FilesFolder(
            settings.filesDir(),
            foundation.filesMark(),
            new FreeSpace(
                Set.copyOf(List.of(settings.filesDir(), settings.dataDir())),
                settings.number("gateway.min-free-bytes", 0, Long.MAX_VALUE)));
    this.outputFiles = new FolderOutputStore(settings.filesDir().resolve("outputs"), files);
    this.waits = new LongPolls(over());
    database.onLoss(jobs::doubtClaims);
    database.onLoss(deliveries::doubtClaims);
    makeAll();
  }

  private JobStore jobStore() {
    return new JobStore(
        database.jdbc(),
        database.transaction(),
        json,
        new DocumentSealer(foundation.masterKey()),
        clock,
        lease(),
        settings.hours("gateway.idempotency.retention-hours"),
        queueLimits());
  }

  private QueueLimits queueLimits() {
    return QueueLimits.same(
        settings.limit("gateway.max-waiting"),
        new QueueLimits.PerCaller(
            settings.limit("gateway.max-waiting-per-key"),
            settings.limit("gateway.max-running-per-key")));
  }

  // What gateways on one database should have in common, without a secret.
  private Roster.Facts shared() {
    DocumentSealer seal = new DocumentSealer(foundation.masterKey());
    Map<String, String> servers = new TreeMap<>();
    backends
        .all()
        .forEach(
            backend -> servers.put(backend.name(), hash(seal, "server", backend.url().toString())));
    return new Roster.Facts(
        servers,
        hash(
            seal,
            foundation.callbackSecrets().stream().map(WebhookSecret::text).toArray(String[]::new)));
  }

  private static String hash(DocumentSealer seal, String... parts) {
    return HexFormat.of().formatHex(seal.hash(parts), 0, 16);
  }

  private Lease lease() {
    return new Lease(
        foundation.gatewayId(),
        Duration.ofSeconds(settings.number("gateway.lease-seconds", 2, 3_600)));
  }

  private Graph.Limits limits() {
    return new Graph.Limits(
        (int) settings.number("gateway.max-nodes", 1, 100_000),
        MAX_DEPTH,
        (int) settings.number("gateway.max-text-characters", 1, 100_000_000));
  }

  private Rates rates() {
    return settings.database().isPostgres()
        ? new DatabaseRateLimits(database.jdbc(), clock)
        : new InMemoryRateLimits(clock);
  }

  private FileRules fileRules() {
    return new FileRules(
        settings.number("gateway.input.max-bytes", 1, Long.MAX_VALUE),
        settings.number("gateway.input.max-pixels", 1, Long.MAX_VALUE),
        (int) settings.number("gateway.input.max-files", 1, 1_000));
  }

  private Retention retention(InputFiles inputs) {
    long most = settings.number("gateway.output.max-bytes", 0, Long.MAX_VALUE);
    return new Retention(
        database.jdbc(),
        database.transaction(),
        new Retention.Files(
            outputFiles,
            inputs,
            files,
            List.of(settings.dataDir().resolve("uploads"), Snapshots.folder(settings.dataDir())),
            InstantSource.system()),
        new Retention.Rules(
            settings.period("gateway.retention"),
            most == 0 ? Long.MAX_VALUE : most,
            settings.hours("gateway.idempotency.retention-hours"),
            REMOVED_AT_ONCE),
        clock);
  }

  private LongPolls.Over over() {
    boolean copies = s3().isPresent();
    return new LongPolls.Over() {
      @Override
      public Optional<Job> find(UUID job) {
        return jobs.find(job);
      }

      @Override
      public Set<UUID> ended(Set<UUID> of) {
        return jobs.ended(of);
      }

      // A caller who wants a copy in S3 waits for that too, as long as there is hope.
      @Override
      public boolean test(Job job, Optional<JobStatus> seen) {
        return seen.isPresent()
            ? job.status().compareTo(seen.get()) > 0
            : job.status().isFinished() && !(copies && isBeingCopied(job));
      }

      private boolean isBeingCopied(Job job) {
        return deliveries.of(job.id()).stream()
            .anyMatch(delivery -> "s3".equals(delivery.kind()) && "due".equals(delivery.status()));
      }
    };
  }

  private void makeAll() {
    OutputRows outputs = new OutputRows(database.jdbc());
    ProgressBoard progress = new ProgressBoard();
    InProgress inHand = new InProgress();
    UrlGuard guard = new UrlGuard(settings.optional("gateway.callback.allow").orElse(""));
    SignedUrls signedUrls = new SignedUrls(foundation.masterKey(), clock);
    Optional<S3Destination> s3 = s3();
    InputFiles inputs =
        new InputFiles(settings.filesDir().resolve("inputs"), files, json, fileRules());
    SocketPictures pictures =
        new SocketPictures(
            settings.filesDir().resolve("inputs"),
            files,
            settings.list("gateway.outputs.websocket-nodes"),
            json);
    InputUrls inputUrls = new InputUrls(guard);
    FetchQueue fetchQueue = fetchQueue();
    JobCompletion completion = new JobCompletion(database.transaction(), jobs, outputs, deliveries);
    JobView view =
        new JobView(
            new JobView.Sources(jobs, outputs, deliveries, backends, flights, progress),
            new JobView.Links(
                baseUrl,
                signedUrls,
                settings.hours("gateway.output-url.valid-hours"),
                settings.period("gateway.retention"),
                s3),
            json,
            clock);
    BatchView batchView =
        new BatchView(
            jobs, outputs, deliveries, view, baseUrl, settings.period("gateway.retention"), json);
    Duration longestWait =
        Duration.ofSeconds(settings.number("gateway.wait.max-seconds", 1, 3_600));

    bound.put("jobs", jobs);
    bound.put("backends", backends);
    bound.put("backendHealth", backends.health());
    bound.put("nodeClasses", backends.nodeClasses());
    bound.put("healthProbe", new HealthProbe(backends, nodes, json));
    bound.put("dispatcher", new Dispatcher(jobs, database, backends, flights, files));
    PromptTracker tracker = new PromptTracker(flights, progress, pictures, inHand);
    bound.put(
        "promptSubmission",
        new PromptSubmission(
            jobs, fetchQueue, database, backends, tracker, json, foundation.gatewayId()));
    bound.put("promptLookUp", new PromptLookUp(tracker, clock));
    bound.put("promptWatch", new PromptWatch(jobs, database, backends, flights, tracker, clock));
    bound.put("promptCancellation", new PromptCancellation(backends, flights, json));
    bound.put("inputFiles", inputs);
    bound.put("fetches", fetches(fetchQueue, inputs, guard, inputUrls));
    bound.put("frames", new SocketMessages(progress, flights));
    OrphanRecovery recovery = new OrphanRecovery(jobs, backends, flights, inHand, files, clock);
    metrics =
        new Metrics(
            new Metrics.Sources(database, backends, flights, measured(recovery)),
            clock,
            !"off".equals(settings.text("gateway.metrics")));
    bound.put("metrics", metrics);
    Retention retention = retention(inputs);
    bound.put("retention", retention);
    bound.put(
        "snapshots",
        new Snapshots(database, Snapshots.folder(settings.dataDir()), files, retention, json));
    bound.put("socketPictures", pictures);
    bound.put("outputCollector", new OutputCollector(jobs, backends, pictures, inHand, json));
    bound.put("outputDownload", new OutputDownload(outputFiles));
    bound.put("missingOutputs", new MissingOutputs(jobs, outputFiles));
    roster =
        new Roster(database.jdbc(), settings.database().isPostgres(), lease(), this::shared, clock);
    bound.put("roster", roster);
    bound.put(
        "clockSteps", new ClockSteps(clock, List.of(jobs::clockSetBack, deliveries::clockSetBack)));
    bound.put("recovery", recovery);
    bound.put("beginnings", new JobStarted(jobs, completion, flights));
    bound.put(
        "secondChances",
        new FailoverPolicy(
            jobs,
            backends,
            flights,
            progress,
            json,
            new FailoverPolicy.Rules(
                Pattern.compile(settings.text("gateway.backends.error-pattern")),
                (int) settings.number("gateway.run.attempts", 1, 100))));
    int attempts = (int) settings.number("gateway.run.attempts", 1, 100);
    JobOutcomes endings = new JobOutcomes(jobs, completion, database, flights, progress, json);
    bound.put("jobOutcomes", endings);
    bound.put("promptOutcomes", new PromptOutcomes(jobs, endings, flights, progress, attempts));
    bound.put(
        "unreachableJobs",
        new UnreachableJobs(
            jobs,
            new AbandonedPrompts(database.jdbc()),
            backends,
            new UnreachableJobs.Work(flights, progress, inHand),
            endings,
            Duration.ofSeconds(settings.number("gateway.backends.give-up-seconds", 0, 31_536_000)),
            clock));
    bound.put(
        "rejections", new Rejections(jobs, backends, flights, progress, endings, attempts, clock));
    bound.put(
        "deliveryClaims", new DeliveryClaims(deliveries, database, jobs, deliveryLimits(), clock));
    bound.put(
        "callbackMessages",
        new CallbackMessages(
            jobs,
            outputs,
            outputFiles,
            new EventJson(view, batchView, json, clock),
            new CallbackSigners(keys, foundation.callbackSecrets(), clock)));
    bound.put("outputCopies", new OutputCopies(outputs, outputFiles, s3));
    bound.put("deliveryResults", new DeliveryResults(deliveries, schedule(), clock));
    bound.put(
        "access",
        new Access(
            new AccessSettings(settings).gatekeeper(keys, rates(), clock), keys, signedUrls, jobs));
    bound.put("pool", new PoolApi(jobs, backends, json));
    bound.put("keys", new KeysApi(keyDesk, json));
    JobQuota quota = new JobQuota(database.jdbc(), clock);
    Intake intake =
        new Intake(
            new Intake.Checks(
                library,
                policy,
                backends,
                guard,
                s3,
                limits(),
                new Seeds(RandomGenerator.getDefault()),
                settings.validation()),
            new Intake.Store(
                jobs,
                database,
                completion,
                new MediaFiles(
                    inputs,
                    inputUrls,
                    fileRules(),
                    settings.number("gateway.max-body-bytes", 1, Long.MAX_VALUE)),
                new Intake.Limits(files, quota)),
            json,
            clock,
            longestWait);
    bound.put("intake", intake);
    bound.put(
        "batchIntake",
        new BatchIntake(
            intake,
            new BatchIntake.Store(jobs, database, completion, quota),
            guard,
            json,
            new BatchIntake.Limits(
                (int) settings.number("gateway.batch.max-jobs", 1, 1_000),
                settings.number("gateway.batch.max-bytes", 1, 1_073_741_824L),
                settings.number("gateway.batch.max-unpacked-bytes", 1, 1_073_741_824L),
                Duration.ofSeconds(settings.number("gateway.batch.max-seconds", 1, 600))),
            clock));
    bound.put("batchReader", new BatchReader(jobs, deliveries, batchView));
    bound.put("answers", new Answers(jobs, outputs, outputFiles, view, json));
    bound.put("jobReader", new JobReader(jobs, outputs, deliveries, view, json, longestWait));
    bound.put("jobView", view);
    bound.put(
        "pages",
        new PagesApi(
            library,
            policy,
            backends,
            json,
            DocsAssets.all(),
            !"off".equals(settings.text("gateway.docs"))));
    bindComponents(guard, pictures);
  }

  private void bindComponents(UrlGuard guard, SocketPictures pictures) {
    Duration callbackTime = settings.millis("gateway.callback.timeout-ms");
    GuardedConnections.Limits usual = GuardedConnections.Limits.standard();
    int perReceiver = (int) settings.number("gateway.callback.per-receiver", 1, 1_000);
    bound.put(
        "callback",
        new GuardedConnections(
                guard,
                new GuardedConnections.Limits(
                    perReceiver, usual.total(), usual.connect(), callbackTime, usual.answerBytes()))
            .component());
    bound.put("comfyui", connections.component());
    bound.put(
        "comfyui-socket",
        new SocketComponent(
            backends,
            settings.millis("gateway.comfyui.connect-timeout-ms"),
            foundation.gatewayId(),
            pictures));
  }

  private Metrics.Service measured(OrphanRecovery recovery) {
    return new Metrics.Service(
        Version.current(),
        settings.limit("gateway.max-waiting"),
        files,
        Map.of("data", settings.dataDir(), "files", settings.filesDir()),
        settings.number("gateway.min-free-bytes", 0, Long.MAX_VALUE),
        recovery::takenUp,
        () ->
            certificate
                .flatMap(CertificateFiles::current)
                .map(CertificateFiles.ServerCertificate::expires));
  }

  private Duration fileTime() {
    return settings.millis("gateway.input.timeout-ms");
  }

  private int fetchesAtOnce() {
    return (int) settings.number("gateway.input.max-fetches", 1, 1_000);
  }

  private FetchQueue fetchQueue() {
    return new FetchQueue(
        database.jdbc(),
        database.transaction(),
        json,
        new DocumentSealer(foundation.masterKey()),
        clock,
        lease(),
        new FetchQueue.Limits(
            fetchesAtOnce(),
            (int) settings.number("gateway.input.max-fetches-per-key", 1, 1_000),
            fileTime()));
  }

  // As many connections to one server as there are fetches, so that none waits for another one's.
  private Fetches fetches(FetchQueue queue, InputFiles inputs, UrlGuard guard, InputUrls urls) {
    GuardedConnections connections =
        new GuardedConnections(
            guard,
            new GuardedConnections.Limits(
                fetchesAtOnce(),
                fetchesAtOnce(),
                GuardedConnections.Limits.standard().connect(),
                fileTime(),
                tooMany(fileRules().maxBytes())));
    return new Fetches(
        new Fetches.Store(jobs, queue, database),
        inputs,
        connections.client(),
        urls,
        new RetryPolicy(
            fileTime(), RetryDelays.parse(settings.text("gateway.input.delays")), clock));
  }

  // One byte more than may be is read, so that it is seen that there is more.
  private static long tooMany(long bytes) {
    return bytes == Long.MAX_VALUE ? bytes : bytes + 1;
  }

  // No caller may take all places, or the receivers of one could keep everybody's waiting.
  private DeliveryStore.Limits deliveryLimits() {
    int consumers = (int) settings.number("gateway.deliver.consumers", 1, 1_000);
    int perCaller = (int) settings.number("gateway.deliver.per-caller", 0, 1_000);
    return new DeliveryStore.Limits(
        (int) settings.number("gateway.callback.per-receiver", 1, 1_000),
        perCaller == 0 ? (consumers + 1) / 2 : perCaller,
        consumers);
  }

  private RetrySchedule schedule() {
    return new RetrySchedule(
        RetryDelays.parse(settings.text("gateway.callback.delays")), JITTER, clock);
  }

  private Optional<S3Destination> s3() {
    return settings
        .optional("gateway.s3.bucket")
        .map(
            bucket ->
                new S3Destination(
                    "default",
                    settings.s3Endpoint(),
                    settings.optional("gateway.s3.region").orElse("us-east-1"),
                    bucket,
                    settings.optional("gateway.s3.access-key").orElse(""),
                    settings.optional("gateway.s3.secret-key").orElse(""),
                    settings.s3Endpoint().isPresent(),
                    settings.hours("gateway.output-url.valid-hours")));
  }

  /** Has Camel's own numbers counted as well. */
  void measure(CamelContext context) {
    if (metrics.isOn()) {
      context.getRegistry().bind("metricsRegistry", metrics.registry());
      MicrometerRoutePolicyFactory factory = new MicrometerRoutePolicyFactory();
      factory.setMeterRegistry(metrics.registry());
      context.addRoutePolicyFactory(factory);
    }
  }

  /**
   * What is watched outside of the beans.
   *
   * @param routeFaults what keeps route files from being the ones that run
   * @param certificate that of the port; empty where it speaks plain HTTP
   */
  public record Watched(
      Supplier<List<String>> routeFaults, Optional<CertificateFiles> certificate) {}

  /** Binds everything to the context's registry; what needs the context itself is made here. */
  public void bindTo(CamelContext context, Watched watched) {
    certificate = watched.certificate();
    bound.forEach((name, bean) -> context.getRegistry().bind(name, bean));
    s3().ifPresent(
            destination ->
                context
                    .getRegistry()
                    .bind("s3Client", S3Client.class, (Supplier<Object>) destination::client));
    context.getRegistry().bind("sockets", sockets(context));
    ProducerTemplate producer = context.createProducerTemplate();
    WakeUps wakeUps = new WakeUps(producer);
    context.getRegistry().bind("wakeUps", wakeUps);
    if (settings.database().isPostgres()) {
      neighbours =
          Optional.of(
              new ClusterNotifier(
                  database,
                  foundation.gatewayId(),
                  new ClusterEventReceiver(waits, wakeUps),
                  waits::look));
    }
    ClusterEvents told =
        neighbours.<ClusterEvents>map(them -> them).orElseGet(ClusterEvents::toNobody);
    context
        .getRegistry()
        .bind(
            "events",
            new Events(jobs, database, (JobView) bound.get("jobView"), waits, told, producer));
    context
        .getRegistry()
        .bind(
            "health",
            new Health(
                jobs,
                backends,
                files,
                json,
                new Health.Watched(
                    watched.routeFaults(),
                    () -> texts(poolFile.faults()),
                    () -> texts(library.faults()),
                    watched.certificate(),
                    settings.database().isPostgres()
                        ? Optional.of(roster::faults)
                        : Optional.empty()),
                clock));
  }

  private static List<String> texts(List<FileFault> faults) {
    return faults.stream().map(FileFault::toString).toList();
  }

  /** What makes the routes of the WebSockets in a context. */
  public BackendSockets sockets(CamelContext context) {
    return new BackendSockets(context, backends);
  }

  /** What keeps the pool of backends as its file says. */
  PoolWatch poolWatch() {
    return new PoolWatch(poolFile, backends, connections, jobs, flights);
  }

  /** What asks the servers once which node classes they have. */
  public ServerSurvey survey() {
    return new ServerSurvey(backends, connections, json);
  }

  /** What is wrong with that file. */
  public List<FileFault> backendFaults() {
    return poolFile.faults();
  }

  /** What is wrong with the file of the node classes. */
  public List<FileFault> nodeFaults() {
    return nodes.faults();
  }

  /** The other gateways on the same database, where there may be others. */
  Optional<ClusterNotifier> neighbours() {
    return neighbours;
  }

  /** What finds out who calls. */
  Access access() {
    return (Access) bound.get("access");
  }

  Metrics metrics() {
    return metrics;
  }

  LongPolls waits() {
    return waits;
  }

  ObjectMapper json() {
    return json;
  }

  public WorkflowLibrary library() {
    return library;
  }

  /** What a graph must be to run here. */
  public GraphPolicy policy() {
    return policy;
  }

  Backends backends() {
    return backends;
  }

  /** What keeps the keys. */
  KeyAdmin keyDesk() {
    return keyDesk;
  }

  /** The key of the command on this machine. */
  GeneratedKey localKey() {
    return localKey;
  }

  /** What a gateway does before it works: what it left behind when it stopped is put in order. */
  void tidy() throws IOException {
    deliveries.releaseLeases();
    outputFiles.sweepTemporary();
    jobs.hashIdempotencyKeys();
    // Those of a version that made them as the umask said.
    for (String name : List.of("inputs", "outputs")) {
      Path folder = settings.filesDir().resolve(name);
      if (Files.isDirectory(folder)) {
        PrivateFiles.restrict(folder);
      }
    }
  }

  /**
   * What a gateway does when it has stopped: another one need not wait until its leases are over.
   */
  void handOver() {
    try {
      int left = jobs.handOver();
      deliveries.releaseLeases();
      LOG.info("handed over jobs={}", left);
    } catch (DataAccessException e) {
      LOG.warn("database does not answer, what is left is taken up when its lease is over", e);
    }
  }
}
