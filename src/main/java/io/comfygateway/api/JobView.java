package io.comfygateway.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.delivery.Delivery;
import io.comfygateway.delivery.DeliveryQueries;
import io.comfygateway.delivery.JobRenderer;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobFacts;
import io.comfygateway.job.JobStatus;
import io.comfygateway.job.QueuePositions;
import io.comfygateway.job.Stage;
import io.comfygateway.output.Output;
import io.comfygateway.output.OutputRows;
import io.comfygateway.sink.CopyRows;
import io.comfygateway.sink.OutputCopy;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** The job as the contract shows it. */
public final class JobView implements JobRenderer {
  private final QueuePositions positions;
  private final OutputRows outputs;
  private final DeliveryQueries deliveries;
  private final LiveState live;
  private final CopyRows copies;
  private final OutputView outputView;
  private final Supplier<String> base;
  private final Duration kept;
  private final ObjectMapper json;

  /**
   * Creates it.
   *
   * @param base the URL under which callers reach the gateway, without a slash at the end
   * @param kept how long a job is kept after it has ended
   */
  public JobView(
      QueuePositions positions,
      OutputRows outputs,
      DeliveryQueries deliveries,
      LiveState live,
      CopyRows copies,
      OutputView outputView,
      Supplier<String> base,
      Duration kept,
      ObjectMapper json) {
    this.positions = positions;
    this.outputs = outputs;
    this.deliveries = deliveries;
    this.live = live;
    this.copies = copies;
    this.outputView = outputView;
    this.base = base;
    this.kept = kept;
    this.json = json;
  }

  @Override
  public ObjectNode render(Job job) {
    return render(job, job.status().isFinished() ? outputs.of(job.id()) : List.of());
  }

  /** The same for a job whose outputs are not in the database yet. */
  public ObjectNode render(Job job, List<Output> shown) {
    List<Delivery> sent = deliveries.of(job.id());
    return render(job, shown, sent, copies(sent), positions.of(List.of(job)));
  }

  /** The status as it is at this moment. */
  JobStatus status(Job job) {
    return live.status(job);
  }

  /**
   * Renders several jobs, with two or three queries for all of them.
   *
   * @param several the jobs that it may be asked to render
   * @param positions the places in the queue of those that wait, as {@link QueuePositions}
   */
  Function<Job, ObjectNode> renderer(Collection<Job> several, Map<UUID, Integer> positions) {
    return renderer(several.stream().map(Job::id).toList(), positions);
  }

  /** The same for jobs by their ids. */
  Function<Job, ObjectNode> renderer(List<UUID> ids, Map<UUID, Integer> positions) {
    Map<UUID, List<Output>> outputsById =
        outputs.of(ids).stream().collect(Collectors.groupingBy(Output::job));
    Map<UUID, List<Delivery>> deliveriesById =
        deliveries.of(ids).stream().collect(Collectors.groupingBy(Delivery::job));
    Map<UUID, List<OutputCopy>> copiesById =
        copies(deliveriesById.values().stream().flatMap(List::stream).toList()).stream()
            .collect(Collectors.groupingBy(OutputCopy::job));
    return job ->
        render(
            job,
            outputsById.getOrDefault(job.id(), List.of()),
            deliveriesById.getOrDefault(job.id(), List.of()),
            copiesById.getOrDefault(job.id(), List.of()),
            positions);
  }

  // Only jobs that are copied cost the query.
  private List<OutputCopy> copies(List<Delivery> sent) {
    return copies.of(sent.stream().filter(Delivery::isCopy).map(Delivery::job).distinct().toList());
  }

  private ObjectNode render(
      Job job,
      List<Output> shown,
      List<Delivery> sent,
      List<OutputCopy> copied,
      Map<UUID, Integer> positions) {
    String self = base.get() + "/jobs/" + job.id();
    ObjectNode view = json.createObjectNode();
    view.put("id", job.id().toString());
    view.put("prompt_id", job.id().toString());
    job.workflow().ifPresent(workflow -> view.put("workflow", workflow));
    job.facts().promptText().ifPresent(text -> view.put("prompt_text", text));
    view.put("caller", job.owner());
    view.put("status", status(job).word());
    Optional<String> reason = live.waitingReason(job);
    if (job.stage() == Stage.FETCHING) {
      view.put("waiting_for", "inputs");
    } else if (job.stage() == Stage.QUEUED || reason.isPresent()) {
      view.put("waiting_for", "server");
    }
    reason.ifPresent(why -> view.put("waiting_reason", why));
    if (job.stage() == Stage.QUEUED) {
      view.put("queue_position", positions.get(job.id()));
    }
    if (job.stage() == Stage.SUBMITTED) {
      live.progress(job).ifPresent(progress -> view.set("progress", json.valueToTree(progress)));
    }
    ObjectNode seeds = view.putObject("seeds");
    job.facts().seeds().forEach(seeds::put);
    ArrayNode files = view.putArray("outputs");
    shown.forEach(output -> files.add(outputView.render(job, self, output, copied)));
    view.set("texts", json.valueToTree(job.facts().texts()));
    job.facts().error().ifPresent(error -> view.set("error", json.valueToTree(error)));
    view.set("warnings", json.valueToTree(job.facts().warnings()));
    ArrayNode deliveryList = view.putArray("deliveries");
    sent.forEach(delivery -> deliveryList.add(delivery(delivery)));
    job.place().backend().ifPresent(backend -> view.put("backend", backend));
    view.put("attempts", job.place().attempts());
    failedAttempts(job, view);
    view.put("priority", job.priority());
    view.set("metadata", job.facts().metadata());
    view.put("created_at", job.times().created().toString());
    live.started(job).ifPresent(at -> view.put("started_at", at.toString()));
    job.times()
        .finished()
        .ifPresent(
            at ->
                view.put("finished_at", at.toString()).put("expires_at", at.plus(kept).toString()));
    view.putObject("links").put("self", self).put("cancel", self);
    return view;
  }

  private static void failedAttempts(Job job, ObjectNode view) {
    if (job.facts().failedAttempts().isEmpty()) {
      return;
    }
    ArrayNode list = view.putArray("failed_attempts");
    for (JobFacts.FailedAttempt attempt : job.facts().failedAttempts()) {
      list.addObject()
          .put("backend", attempt.backend())
          .put("sent_at", Instant.ofEpochMilli(attempt.sent()).toString())
          .put("failed_at", Instant.ofEpochMilli(attempt.at()).toString())
          .put("detail", attempt.detail());
    }
  }

  /** An output without its copies. */
  ObjectNode output(Job job, Output output) {
    return outputView.render(job, base.get() + "/jobs/" + job.id(), output, List.of());
  }

  ObjectNode delivery(Delivery delivery) {
    ObjectNode view = json.createObjectNode();
    view.put("id", delivery.id().toString());
    view.put("kind", delivery.kind());
    delivery.destination().ifPresent(name -> view.put("destination", name));
    view.put("event", delivery.event());
    view.put("status", delivery.status());
    view.put("attempts", delivery.tries().attempts());
    delivery.last().status().ifPresent(status -> view.put("last_status", status));
    delivery.last().error().ifPresent(error -> view.put("last_error", error));
    return view;
  }
}
