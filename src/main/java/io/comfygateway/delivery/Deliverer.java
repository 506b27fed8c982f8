package io.comfygateway.delivery;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.egress.HostAlias;
import io.comfygateway.job.Batch;
import io.comfygateway.job.Commits;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobDocument;
import io.comfygateway.job.JobStore;
import io.comfygateway.output.Output;
import io.comfygateway.output.OutputRows;
import io.comfygateway.output.OutputStore;
import io.comfygateway.output.S3Destination;
import io.comfygateway.webhook.CallbackSigners;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Header;
import org.apache.camel.Message;
import org.apache.camel.component.aws2.s3.AWS2S3Constants;
import org.apache.camel.support.SynchronizationAdapter;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.FileEntity;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The steps of the deliver stage. */
public final class Deliverer {
  private static final Logger LOG = LoggerFactory.getLogger(Deliverer.class);
  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(2);
  private final DeliveryStore deliveries;
  private final Commits commits;
  private final Sources sources;
  private final JobRenderer renderer;
  private final BatchRenderer batches;
  private final CallbackSigners signers;
  private final RetrySchedule schedule;
  private final Optional<S3Destination> destination;
  private final ObjectMapper json;
  private final InstantSource clock;
  private final DeliveryStore.Limits limits;
  private final Map<UUID, Busy> busy = new ConcurrentHashMap<>();

  /** A delivery that is under way: where to, for whom, and when it was claimed. */
  private record Busy(String target, String owner, Instant since) {}

  /** Where what is delivered comes from. */
  public record Sources(JobStore jobs, OutputRows outputs, OutputStore files) {}

  /** How it is delivered: rendered, signed, tried again, and how many tries there are at a time. */
  public record Manner(
      JobRenderer renderer,
      BatchRenderer batches,
      CallbackSigners signers,
      RetrySchedule schedule,
      DeliveryStore.Limits limits) {}

  public Deliverer(
      DeliveryStore deliveries,
      Commits commits,
      Sources sources,
      Manner manner,
      Optional<S3Destination> destination,
      ObjectMapper json,
      InstantSource clock) {
    this.deliveries = deliveries;
    this.commits = commits;
    this.sources = sources;
    this.renderer = manner.renderer();
    this.batches = manner.batches();
    this.signers = manner.signers();
    this.schedule = manner.schedule();
    this.limits = manner.limits();
    this.destination = destination;
    this.json = json;
    this.clock = clock;
  }

  /** The deliveries to be tried now. */
  public List<Delivery> claim() {
    Map<String, Integer> byTarget = new HashMap<>();
    Map<String, Integer> byOwner = new HashMap<>();
    busy.values()
        .forEach(
            known -> {
              byTarget.merge(known.target(), 1, Integer::sum);
              byOwner.merge(known.owner(), 1, Integer::sum);
            });
    int free = limits.most() - busy.size();
    Instant now = clock.instant();
    // A crash that takes the claim back makes it due again, as one in the middle of the try does.
    List<Delivery> claimed =
        commits.unsettled(
            () ->
                deliveries.claim(
                    new DeliveryStore.UnderWay(byTarget, byOwner),
                    new DeliveryStore.Limits(limits.perTarget(), limits.perOwner(), free)));
    claimed.forEach(
        delivery -> busy.put(delivery.id(), new Busy(delivery.target(), delivery.owner(), now)));
    return claimed;
  }

  /** Makes room for the next one, which is looked for now. */
  public void release(@ExchangeProperty("delivery") Delivery delivery) {
    if (delivery != null) {
      busy.remove(delivery.id());
    }
  }

  /** Keeps what is under way this gateway's own, however long a receiver takes. */
  public void heartbeat() {
    deliveries.heartbeat(List.copyOf(busy.keySet()));
  }

  /**
   * Sets {@code delivery}, and {@code job} and {@code document} of one that belongs to a job;
   * nothing where another gateway has the delivery by now, or it is not yet to be made.
   */
  public void load(Exchange exchange, @Body Delivery delivery) {
    Optional<Instant> claimed = Optional.ofNullable(busy.get(delivery.id())).map(Busy::since);
    exchange
        .getExchangeExtension()
        .addOnCompletion(
            new SynchronizationAdapter() {
              @Override
              public void onDone(Exchange done) {
                busy.remove(delivery.id());
              }
            });
    if (claimed.filter(deliveries::isSure).isEmpty() && !deliveries.keep(delivery)) {
      LOG.warn(
          "skipped, delivery owned by another gateway delivery={} job={}",
          delivery.id(),
          delivery.job());
      return;
    }
    if (delivery.isOfBatch() && deliveries.copiesOfBatch(delivery.job())) {
      // As the callback of a job waits for the copy of its outputs.
      deliveries.postpone(delivery, BETWEEN_LOOKS);
      return;
    }
    exchange.setProperty("delivery", delivery);
    if (delivery.isOfBatch()) {
      return;
    }
    Job job =
        sources
            .jobs()
            .find(delivery.job())
            .orElseThrow(() -> new IllegalStateException("no job " + delivery.job()));
    exchange.setProperty("job", job);
    exchange.setProperty("document", sources.jobs().document(job.id()));
  }

  /** Sets URL, headers and body of the callback of a batch. */
  public void batchMessage(Exchange exchange, @ExchangeProperty("delivery") Delivery delivery)
      throws IOException {
    Batch batch =
        sources
            .jobs()
            .batches()
            .find(delivery.job())
            .orElseThrow(() -> new IllegalStateException("no batch " + delivery.job()));
    JobDocument.Callback callback =
        batch
            .document()
            .callback()
            .orElseThrow(() -> new IllegalStateException("batch has no callback"));
    ObjectNode event = json.createObjectNode();
    event.put("type", "batch." + delivery.event());
    event.put("timestamp", batch.finished().orElseGet(clock::instant).toString());
    event.set("data", batches.render(batch));
    Map<String, Object> headers = new LinkedHashMap<>(callback.headers());
    send(exchange, callback, headers, signed(headers, delivery, batch.owner(), event));
  }

  /** Sets URL, headers and body of a callback. */
  public void message(
      Exchange exchange,
      @ExchangeProperty("delivery") Delivery delivery,
      @ExchangeProperty("job") Job job,
      @ExchangeProperty("document") JobDocument document)
      throws IOException {
    JobDocument.Callback callback =
        document.callback().orElseThrow(() -> new IllegalStateException("job has no callback"));
    ObjectNode event = event(delivery, job);
    List<Output> outputs =
        "binary".equals(callback.format()) ? sources.outputs().of(job.id()) : List.of();
    Map<String, Object> headers = new LinkedHashMap<>(callback.headers());
    Object body;
    if (!outputs.isEmpty()) {
      Output output = outputs.get(0);
      Path file = sources.files().path(output.stored());
      try (InputStream bytes = sources.files().open(output.stored())) {
        headers.putAll(signers.of(job.owner()).headers(delivery.id().toString(), bytes));
      }
      headers.putAll(facts(delivery, job, output, outputs.size()));
      headers.put(Exchange.CONTENT_TYPE, output.stored().contentType());
      body = new FileEntity(file.toFile(), ContentType.parse(output.stored().contentType()));
    } else {
      body = signed(headers, delivery, job.owner(), event);
    }
    send(exchange, callback, headers, body);
  }

  private byte[] signed(
      Map<String, Object> headers, Delivery delivery, String owner, ObjectNode event)
      throws IOException {
    String text = json.writeValueAsString(event);
    headers.putAll(signers.of(owner).headers(delivery.id().toString(), text));
    headers.put(Exchange.CONTENT_TYPE, "application/json");
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void send(
      Exchange exchange, JobDocument.Callback callback, Map<String, Object> headers, Object body) {
    headers.put("User-Agent", "comfyui-gateway");
    headers.put(Exchange.HTTP_URI, HostAlias.of(callback.url()));
    Message message = exchange.getMessage();
    message.removeHeaders("*");
    headers.forEach(message::setHeader);
    message.setBody(body);
  }

  private ObjectNode event(Delivery delivery, Job job) {
    ObjectNode event = json.createObjectNode();
    event.put("type", "job." + delivery.event());
    Instant when =
        job.times()
            .finished()
            .filter(end -> job.status().word().equals(delivery.event()))
            .orElseGet(clock::instant);
    event.put("timestamp", when.toString());
    event.set("data", renderer.render(job));
    return event;
  }

  private static Map<String, Object> facts(Delivery delivery, Job job, Output output, int outputs) {
    return Map.of(
        "Gateway-Event", "job." + delivery.event(),
        "Gateway-Job-Id", job.id().toString(),
        "Gateway-Job-Status", job.status().word(),
        "Gateway-Output-Count", outputs,
        "Gateway-Output-Index", output.index(),
        "Gateway-Output-Filename", asciiOnly(output.source().filename()),
        "Gateway-Output-Sha256", output.stored().sha256());
  }

  private static String asciiOnly(String text) {
    return text.replaceAll("[^\\x20-\\x7e]", "_");
  }

  /**
   * The receiver answered. Sets {@code result}: {@code delivered}, {@code retry} or {@code dead}.
   */
  public void answered(
      Exchange exchange,
      @ExchangeProperty("delivery") Delivery delivery,
      @Header(Exchange.HTTP_RESPONSE_CODE) int status,
      @Header("Retry-After") String retryAfter,
      @Body InputStream answer)
      throws IOException {
    // n8n says in them what to do: to publish the workflow, or that its execution has ended.
    String said = status == NOT_FOUND || status == CONFLICT ? ReceiverAnswer.beginning(answer) : "";
    settle(
        exchange,
        delivery,
        new Outcome.Answered(status, Optional.ofNullable(retryAfter), said),
        Optional.of(status));
  }

  /** The receiver, or the bucket, could not be reached, or may not be. */
  public void unreachable(
      Exchange exchange,
      @ExchangeProperty("delivery") Delivery delivery,
      @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception why) {
    Outcome outcome = Outcome.of(why);
    settle(
        exchange,
        delivery,
        outcome,
        outcome instanceof Outcome.NotStored refused
            ? Optional.of(refused.status())
            : Optional.empty());
  }

  private void settle(
      Exchange exchange, Delivery delivery, Outcome outcome, Optional<Integer> status) {
    Duration since =
        delivery
            .tries()
            .first()
            .map(first -> Duration.between(first, clock.instant()))
            .orElse(Duration.ZERO);
    Verdict verdict = schedule.judge(delivery.tries().attempts(), outcome, since);
    boolean settled = deliveries.settle(delivery, verdict, status);
    String word =
        !settled
            ? "another gateway has it"
            : verdict instanceof Verdict.Delivered
                ? "delivered"
                : verdict instanceof Verdict.TryAgain ? "to be tried again" : "dead letter";
    exchange.setProperty("result", settled ? result(verdict) : null);
    LOG.info(
        "{} delivery={} job={} kind={} event={} target={} try={} status={}",
        word,
        delivery.id(),
        delivery.job(),
        delivery.kind(),
        delivery.event(),
        delivery.target(),
        delivery.tries().attempts(),
        status.map(String::valueOf).orElse("none"));
  }

  private static String result(Verdict verdict) {
    return verdict instanceof Verdict.Delivered
        ? "delivered"
        : verdict instanceof Verdict.TryAgain ? "retry" : "dead";
  }

  /** The job's outputs that are not in the bucket yet. */
  public List<Output> outputs(@ExchangeProperty("job") Job job) {
    return sources.outputs().of(job.id()).stream()
        .filter(output -> output.copy().isEmpty())
        .toList();
  }

  /** Sets the file, its key and its content type, for the S3 endpoint. */
  public void object(
      Exchange exchange,
      @ExchangeProperty("job") Job job,
      @ExchangeProperty("document") JobDocument document,
      @Body Output output) {
    S3Destination s3 =
        destination.orElseThrow(
            () -> new IllegalStateException("no S3 destination is configured any more"));
    String prefix = document.s3().map(JobDocument.S3Copy::prefix).orElse("");
    String key = s3.key(prefix, job.id(), output.index(), output.source().filename());
    exchange.setProperty("output", output);
    exchange.setProperty("bucket", s3.bucket());
    exchange.setProperty("key", key);
    Message message = exchange.getMessage();
    message.removeHeaders("*");
    message.setHeader(AWS2S3Constants.KEY, key);
    message.setHeader(AWS2S3Constants.CONTENT_TYPE, output.stored().contentType());
    message.setHeader(AWS2S3Constants.CONTENT_LENGTH, output.stored().bytes());
    message.setBody(sources.files().path(output.stored()).toFile());
  }

  /** Notes that an output is in the bucket. */
  public void copied(
      @ExchangeProperty("output") Output output,
      @ExchangeProperty("bucket") String bucket,
      @ExchangeProperty("key") String key) {
    sources.outputs().copied(output.job(), output.index(), bucket, key);
  }

  /** Every output is in the bucket. */
  public void done(Exchange exchange, @ExchangeProperty("delivery") Delivery delivery) {
    settle(exchange, delivery, Outcome.answered(200), Optional.of(200));
  }
}
