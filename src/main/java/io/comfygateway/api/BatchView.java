package io.comfygateway.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import io.comfygateway.delivery.BatchRenderer;
import io.comfygateway.delivery.DeliveryQueries;
import io.comfygateway.job.Batch;
import io.comfygateway.job.BatchDocument.RefusedRow;
import io.comfygateway.job.BatchStore;
import io.comfygateway.job.BatchStore.Member;
import io.comfygateway.job.BatchStore.Outline;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobStatus;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The batch as the contract shows it. Jobs that have ended are shown in full, up to the size of a
 * page of jobs; all others by their status.
 */
public final class BatchView implements BatchRenderer {
  private static final int ROWS = 50;
  private static final int MOST_CHARACTERS = 4_000_000;

  private final BatchStore batches;
  private final DeliveryQueries deliveries;
  private final JobView view;
  private final Supplier<String> base;
  private final Duration kept;
  private final ObjectMapper json;

  /**
   * Creates it.
   *
   * @param base the URL under which callers reach the gateway, without a slash at the end
   * @param kept how long a batch is kept after it has ended
   */
  public BatchView(
      BatchStore batches,
      DeliveryQueries deliveries,
      JobView view,
      Supplier<String> base,
      Duration kept,
      ObjectMapper json) {
    this.batches = batches;
    this.deliveries = deliveries;
    this.view = view;
    this.base = base;
    this.kept = kept;
    this.json = json;
  }

  @Override
  public ObjectNode render(Batch batch) {
    String self = base.get() + "/batches/" + batch.id();
    List<Outline> outlines = batches.outlines(batch.id());
    ObjectNode shown = json.createObjectNode();
    shown.put("id", batch.id().toString());
    shown.put("caller", batch.owner());
    shown.put("status", status(batch, outlines));
    counts(shown.putObject("counts"), batch, outlines);
    jobs(shown.putArray("jobs"), batch, outlines);
    ArrayNode refused = shown.putArray("refused");
    for (RefusedRow row : batch.document().refused()) {
      ObjectNode one = refused.addObject().put("row", row.row());
      one.set("errors", json.valueToTree(row.errors()));
    }
    ArrayNode sent = shown.putArray("deliveries");
    deliveries.ofBatch(batch.id()).forEach(delivery -> sent.add(view.delivery(delivery)));
    shown.set("metadata", batch.document().metadata());
    shown.put("created_at", batch.created().toString());
    batch
        .finished()
        .ifPresent(
            at ->
                shown
                    .put("finished_at", at.toString())
                    .put("expires_at", at.plus(kept).toString()));
    shown.putObject("links").put("self", self).put("cancel", self);
    return shown;
  }

  private static String status(Batch batch, List<Outline> outlines) {
    if (batch.finished().isPresent()) {
      return batch.result().word();
    }
    boolean begun =
        batch.ended().all() > 0
            || outlines.stream().anyMatch(job -> job.status() == JobStatus.RUNNING);
    return begun ? JobStatus.RUNNING.word() : JobStatus.QUEUED.word();
  }

  private static void counts(ObjectNode counts, Batch batch, List<Outline> outlines) {
    long running = outlines.stream().filter(job -> job.status() == JobStatus.RUNNING).count();
    Batch.Ended ended = batch.ended();
    counts.put("total", ended.jobs());
    counts.put("queued", Math.max(0, ended.jobs() - ended.all() - running));
    counts.put("running", running);
    counts.put("succeeded", ended.succeeded());
    counts.put("failed", ended.failed());
    counts.put("cancelled", ended.cancelled());
  }

  private void jobs(ArrayNode list, Batch batch, List<Outline> outlines) {
    int characters = 0;
    for (int from = 0; from < outlines.size(); from += ROWS) {
      List<Outline> page = outlines.subList(from, Math.min(outlines.size(), from + ROWS));
      Map<UUID, String> whole =
          characters < MOST_CHARACTERS ? ended(batch.id(), page) : new HashMap<>();
      for (Outline outline : page) {
        String text = whole.getOrDefault(outline.job(), "");
        boolean fits = !text.isEmpty() && characters + text.length() <= MOST_CHARACTERS;
        if (fits) {
          list.addRawValue(new RawValue(text));
          characters += text.length();
        } else {
          list.add(brief(outline));
        }
      }
    }
  }

  // Their JSON by id; those of a page are in memory together.
  private Map<UUID, String> ended(UUID batch, List<Outline> page) {
    List<UUID> ids =
        page.stream().filter(job -> job.status().isFinished()).map(Outline::job).toList();
    if (ids.isEmpty()) {
      return Map.of();
    }
    Function<Job, ObjectNode> rendered = view.renderer(ids, Map.of());
    int first = page.get(0).place();
    int last = page.get(page.size() - 1).place();
    Map<UUID, String> texts = new HashMap<>();
    for (Member member : batches.members(batch, first, last)) {
      Job job = member.job();
      if (job.status().isFinished()) {
        ObjectNode row = json.createObjectNode().put("row", member.place());
        row.setAll(rendered.apply(job));
        texts.put(job.id(), row.toString());
      }
    }
    return texts;
  }

  private ObjectNode brief(Outline outline) {
    String self = base.get() + "/jobs/" + outline.job();
    ObjectNode row =
        json.createObjectNode()
            .put("row", outline.place())
            .put("id", outline.job().toString())
            .put("status", outline.status().word());
    row.putObject("links").put("self", self).put("cancel", self);
    return row;
  }
}
