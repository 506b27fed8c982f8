package io.comfygateway.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.access.Caller;
import io.comfygateway.job.BatchDocument.RefusedRow;
import io.comfygateway.job.BatchStore.NewBatch;
import io.comfygateway.job.JobDocument;
import io.comfygateway.job.NewJob;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** A batch on its way through intake; each step adds what it found out. */
public final class BatchSubmission {
  final UUID id = UUID.randomUUID();
  final Caller caller;
  final Optional<NewJob.Idempotency> idempotency;
  ObjectNode fields;

  Optional<UUID> replayed = Optional.empty();
  boolean takesValidOnly;
  ObjectNode metadata = JsonNodeFactory.instance.objectNode();
  Optional<JobDocument.Callback> callback = Optional.empty();
  final List<NewBatch.Row> jobs = new ArrayList<>();
  final List<RefusedRow> refused = new ArrayList<>();
  final SharedGraph graph = new SharedGraph();
  Instant until = Instant.MAX;
  long bytes;
  long unpacked;
  boolean isLarge;
  boolean isOver;
  boolean toBeFetched;
  boolean mayBeStored;

  BatchSubmission(Caller caller, ObjectNode fields, Optional<NewJob.Idempotency> idempotency) {
    this.caller = caller;
    this.fields = fields;
    this.idempotency = idempotency;
  }

  /** Whether it makes jobs, rather than finding those of an earlier request. */
  public boolean isNew() {
    return replayed.isEmpty();
  }

  /** The batch: the one that it made, or found. */
  public UUID batch() {
    return replayed.orElse(id);
  }

  /** Whether an input of a job names its file by URL. */
  public boolean isToBeFetched() {
    return toBeFetched;
  }

  /** How many jobs it makes. */
  public int size() {
    return jobs.size();
  }
}
