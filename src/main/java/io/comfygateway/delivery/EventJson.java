package io.comfygateway.delivery;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.job.Batch;
import io.comfygateway.job.Job;
import java.time.Instant;
import java.time.InstantSource;

/**
 * The JSON of an event: {@code type}, {@code timestamp} and the job or the batch as {@code data}.
 */
public final class EventJson {
  private final JobRenderer jobs;
  private final BatchRenderer batches;
  private final ObjectMapper json;
  private final InstantSource clock;

  public EventJson(
      JobRenderer jobs, BatchRenderer batches, ObjectMapper json, InstantSource clock) {
    this.jobs = jobs;
    this.batches = batches;
    this.json = json;
    this.clock = clock;
  }

  /** An event of a job. Its time is the end of the job if it is the event of that end. */
  public ObjectNode of(Delivery delivery, Job job) {
    Instant when =
        job.times()
            .finished()
            .filter(end -> job.status().word().equals(delivery.event()))
            .orElseGet(clock::instant);
    return event("job." + delivery.event(), when, jobs.render(job));
  }

  /** An event of a batch. */
  public ObjectNode of(Delivery delivery, Batch batch) {
    Instant when = batch.finished().orElseGet(clock::instant);
    return event("batch." + delivery.event(), when, batches.render(batch));
  }

  private ObjectNode event(String type, Instant when, ObjectNode data) {
    ObjectNode event = json.createObjectNode();
    event.put("type", type);
    event.put("timestamp", when.toString());
    event.set("data", data);
    return event;
  }
}
