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

/** What the steps of a batch have found out so far. */
public final class BatchSubmission {
  final UUID id = UUID.randomUUID();
  final Caller caller;
  final Optional<NewJob.Idempotency> idempotency;

  /** The request, which is the body until the rows are read. */
  ObjectNode request;

  boolean takesValidOnly;
  ObjectNode metadata = JsonNodeFactory.instance.objectNode();
  Optional<JobDocument.Callback> callback = Optional.empty();
  final List<NewBatch.Row> jobs = new ArrayList<>();
  final List<RefusedRow> refused = new ArrayList<>();
  Optional<SharedGraph> graph = Optional.empty();
  Instant until = Instant.MAX;
  long bytes;
  long unpacked;
  boolean isLarge;
  boolean isOver;
  boolean toBeFetched;
  boolean mayBeStored;

  BatchSubmission(Caller caller, ObjectNode request, Optional<NewJob.Idempotency> idempotency) {
    this.caller = caller;
    this.request = request;
    this.idempotency = idempotency;
  }

  /** How many jobs it makes. */
  public int size() {
    return jobs.size();
  }
}
