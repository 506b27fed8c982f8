package io.comfygateway.problem;

import java.util.Locale;

/**
 * The kinds of error that the gateway answers with, each defined once: its HTTP status, its title
 * and the path of its {@code type} URI (RFC 9457, section 3.1).
 */
public enum ProblemType {
  INVALID_JSON(400, "The body is not valid JSON"),
  INVALID_REQUEST(400, "The request is not valid"),
  UNAUTHENTICATED(401, "No or wrong credentials"),
  FORBIDDEN(403, "Not allowed"),
  CALLBACK_NOT_ALLOWED(403, "The callback target is not allowed"),
  INPUT_NOT_ALLOWED(403, "The URL of an input is not allowed"),
  NODE_NOT_ALLOWED(403, "A node class is not allowed"),
  UNKNOWN_WORKFLOW(404, "There is no such workflow"),
  UNKNOWN_JOB(404, "There is no such job"),
  UNKNOWN_BATCH(404, "There is no such batch"),
  UNKNOWN_DELIVERY(404, "There is no such delivery"),
  UNKNOWN_OUTPUT(404, "There is no such output"),
  UNKNOWN_UPLOAD(404, "There is no such upload"),
  UNKNOWN_DESTINATION(404, "There is no such destination"),
  UNKNOWN_SERVER(404, "There is no such server"),
  UNKNOWN_KEY(404, "There is no such key"),
  UNKNOWN_SESSION(404, "There is no such session"),
  NOT_FOUND(404, "There is nothing here"),
  METHOD_NOT_ALLOWED(405, "This method is not allowed here"),
  NOT_ACCEPTABLE(406, "No response of an accepted type"),
  REQUEST_TIMEOUT(408, "The request took too long to arrive"),
  KEY_CONFLICT(409, "The key does not allow that"),
  JOB_FINISHED(409, "The job has finished"),
  NO_SNAPSHOT(409, "There is no snapshot of this database"),
  BATCH_FINISHED(409, "The batch has finished"),
  WORKFLOW_CONFLICT(409, "The workflow does not allow that"),
  JOB_EXPIRED(410, "The job is no longer kept"),
  OUTPUT_EXPIRED(410, "The output is no longer kept"),
  WORKFLOW_CHANGED(412, "The workflow is another by now"),
  TOO_LARGE(413, "The request is too large"),
  URI_TOO_LONG(414, "The URI is too long"),
  UNSUPPORTED_MEDIA_TYPE(415, "The content type is not supported"),
  RANGE_NOT_SATISFIABLE(416, "The range is outside the output"),
  INVALID_INPUT(422, "A field is not valid"),
  INVALID_WORKFLOW(422, "The workflow is not valid"),
  REFUSED(422, "The gateway refuses the request"),
  IDEMPOTENCY_CONFLICT(422, "The idempotency key was used with another body"),
  TOO_MANY_REQUESTS(429, "Too many requests"),
  KEY_QUEUE_FULL(429, "Too many jobs of this key are waiting"),
  QUEUE_FULL(429, "Too many jobs are waiting"),
  HEADERS_TOO_LARGE(431, "The header fields are too large"),
  JOB_FAILED(500, "The job failed"),
  INTERNAL(500, "The gateway failed"),
  CUSTOM_ROUTE_FAILED(503, "A custom route of the gateway failed"),
  BUSY(503, "The gateway is busy"),
  CLASSES_UNKNOWN(503, "No ComfyUI has reported its node classes yet"),
  IDENTITY_UNAVAILABLE(503, "Identities cannot be checked"),
  STORE_UNAVAILABLE(503, "The store is not available"),
  JOB_NOT_READY(504, "The job has not ended yet");

  private final int status;
  private final String title;

  ProblemType(int status, String title) {
    this.status = status;
    this.title = title;
  }

  /** The HTTP status that the problem is answered with. */
  public int status() {
    return status;
  }

  /** A short summary of the kind, the same for every occurrence. */
  public String title() {
    return title;
  }

  /** The last segment of the {@code type} URI, such as {@code invalid-input}. */
  public String slug() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
