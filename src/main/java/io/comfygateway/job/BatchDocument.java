package io.comfygateway.job;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.problem.Problem;
import java.util.List;
import java.util.Optional;

/**
 * What the caller of a batch sent with it. It may contain secrets (headers of the callback), so it
 * is stored sealed.
 *
 * @param callback where the end of the batch is reported
 * @param metadata the caller's own object, as it was sent
 * @param refused the rows that created no job
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record BatchDocument(
    Optional<JobDocument.Callback> callback, ObjectNode metadata, List<RefusedRow> refused) {

  /** A row that did not validate, counted from 0, and why. */
  public record RefusedRow(int row, List<Problem.Fault> errors) {}

  public BatchDocument {
    callback = callback == null ? Optional.empty() : callback;
    metadata = metadata == null ? JsonNodeFactory.instance.objectNode() : metadata;
    refused = refused == null ? List.of() : List.copyOf(refused);
  }
}
