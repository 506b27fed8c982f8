package io.comfygateway.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.access.SignedUrls;
import io.comfygateway.delivery.Delivery;
import io.comfygateway.delivery.DeliveryStore;
import io.comfygateway.delivery.JobRenderer;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobStatus;
import io.comfygateway.job.JobStore;
import io.comfygateway.job.Stage;
import io.comfygateway.output.Output;
import io.comfygateway.output.OutputRows;
import io.comfygateway.output.S3Destination;
import io.comfygateway.pool.Backends;
import io.comfygateway.pool.RunningPrompt;
import io.comfygateway.pool.RunningPrompts;
import io.comfygateway.prompt.ProgressBoard;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/** The job as the contract shows it. */
public final class JobView implements JobRenderer {
  private final Sources sources;
  private final Links links;
  private final ObjectMapper json;
  private final InstantSource clock;

  /** Where what is shown comes from. */
  public record Sources(
      JobStore jobs,
      OutputRows outputs,
      DeliveryStore deliveries,
      Backends backends,
      RunningPrompts flights,
      ProgressBoard progress) {}

  /**
   * How what is linked is reached.
   *
   * @param base the URL under which callers reach the gateway, without a slash at the end
   * @param signedUrls signs output URLs
   * @param valid how long such a URL works
   * @param kept how long a job is kept after it has ended
   * @param s3 where copies are
   */
  public record Links(
      Supplier<String> base,
      SignedUrls signedUrls,
      Duration valid,
      Duration kept,
      Optional<S3Destination> s3) {}

  public JobView(Sources sources, Links links, ObjectMapper json, InstantSource clock) {
    this.sources = sources;
    this.links = links;
    this.json = json;
    this.clock = clock;
  }

  @Override
  public ObjectNode render(Job job) {
    List<Output> outputs = job.status().isFinished() ? sources.outputs().of(job.id()) : List.of();
    return render(
        job,
        outputs,
        sources.deliveries().of(job.id()),
        sources.jobs().queuePositions(List.of(job)));
  }

  /**
   * The status as it is at this moment: a prompt may be running before the store has heard of it.
   */
  JobStatus status(Job job) {
    boolean runs = sources.flights().find(job.id()).flatMap(RunningPrompt::started).isPresent();
    return job.status() == JobStatus.QUEUED && runs ? JobStatus.RUNNING : job.status();
  }

  /**
   * Several jobs are rendered with what belongs to them read in one go.
   *
   * @param positions the places in the queue of those that wait, as {@link JobStore#queuePositions}
   */
  ObjectNode render(
      Job job, List<Output> outputs, List<Delivery> deliveries, Map<UUID, Integer> positions) {
    String self = links.base().get() + "/jobs/" + job.id();
    ObjectNode view = json.createObjectNode();
    view.put("id", job.id().toString());
    view.put("prompt_id", job.id().toString());
    job.workflow().ifPresent(workflow -> view.put("workflow", workflow));
    view.put("caller", job.owner());
    view.put("status", status(job).word());
    Optional<String> reason = waitingReason(job);
    if (job.stage() == Stage.FETCHING) {
      view.put("waiting_for", "inputs");
    } else if (job.stage() == Stage.QUEUED || reason.isPresent()) {
      view.put("waiting_for", "server");
    }
    reason.ifPresent(why -> view.put("waiting_reason", why));
    if (job.stage() == Stage.QUEUED) {
      view.put("queue_position", positions.get(job.id()));
    }
    if (job.stage() == Stage.GIVEN) {
      sources
          .progress()
          .of(job.id())
          .ifPresent(progress -> view.set("progress", json.valueToTree(progress)));
    }
    ObjectNode seeds = view.putObject("seeds");
    job.facts().seeds().forEach(seeds::put);
    ArrayNode shown = view.putArray("outputs");
    outputs.forEach(output -> shown.add(output(job, self, output)));
    view.set("texts", json.valueToTree(job.facts().texts()));
    job.facts().error().ifPresent(error -> view.set("error", json.valueToTree(error)));
    view.set("warnings", json.valueToTree(job.facts().warnings()));
    ArrayNode told = view.putArray("deliveries");
    deliveries.forEach(delivery -> told.add(delivery(delivery)));
    job.place().backend().ifPresent(backend -> view.put("backend", backend));
    view.put("attempts", job.place().attempts());
    view.put("priority", job.priority());
    view.set("metadata", job.facts().metadata());
    view.put("created_at", job.times().created().toString());
    startedAt(job).ifPresent(at -> view.put("started_at", at.toString()));
    job.times()
        .finished()
        .ifPresent(
            at ->
                view.put("finished_at", at.toString())
                    .put("expires_at", at.plus(links.kept()).toString()));
    view.putObject("links").put("self", self).put("cancel", self);
    return view;
  }

  private Optional<String> waitingReason(Job job) {
    Backends backends = sources.backends();
    return switch (job.stage()) {
      case QUEUED ->
          backends.health().whyNoneTakesWork().map(why -> "No server takes jobs: " + why + ".");
      case GIVEN, COLLECTING ->
          job.place()
              .backend()
              .filter(name -> backends.health().downSince(name).isPresent())
              .map(
                  name ->
                      "%s does not answer: %s."
                          .formatted(name, backends.health().state(name).reason()));
      case FETCHING, DONE -> Optional.empty();
    };
  }

  private Optional<Instant> startedAt(Job job) {
    return job.times()
        .started()
        .or(() -> sources.flights().find(job.id()).flatMap(RunningPrompt::started));
  }

  private ObjectNode output(Job job, String self, Output output) {
    ObjectNode view = json.createObjectNode();
    view.put("index", output.index());
    view.put("node", output.source().node());
    view.put("kind", output.source().kind());
    view.put("filename", output.source().filename());
    view.put("content_type", output.stored().contentType());
    view.put("bytes", output.stored().bytes());
    view.put("sha256", output.stored().sha256());
    output
        .stored()
        .dimensions()
        .ifPresent(size -> view.put("width", size.width()).put("height", size.height()));
    output.expired().ifPresent(at -> view.put("expired_at", at.toString()));
    if (output.expired().isEmpty()) {
      Instant expires = clock.instant().plus(links.valid());
      view.put(
          "url",
          self
              + "/outputs/"
              + output.index()
              + "?"
              + links.signedUrls().sign(job.id().toString(), output.index(), expires));
    }
    output
        .copy()
        .ifPresent(
            copy -> {
              ObjectNode s3 =
                  view.putObject("s3").put("bucket", copy.bucket()).put("key", copy.key());
              links
                  .s3()
                  .filter(known -> known.bucket().equals(copy.bucket()))
                  .ifPresent(known -> s3.put("url", known.presign(copy.key()).toString()));
            });
    return view;
  }

  ObjectNode delivery(Delivery delivery) {
    ObjectNode view = json.createObjectNode();
    view.put("id", delivery.id().toString());
    view.put("kind", delivery.kind());
    view.put("event", delivery.event());
    view.put("status", delivery.status());
    view.put("attempts", delivery.tries().attempts());
    delivery.last().status().ifPresent(status -> view.put("last_status", status));
    delivery.last().error().ifPresent(error -> view.put("last_error", error));
    return view;
  }
}
