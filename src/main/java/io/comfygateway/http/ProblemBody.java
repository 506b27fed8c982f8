package io.comfygateway.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.store.StoreFullException;
import io.comfygateway.store.StoreUnavailableException;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import java.io.UncheckedIOException;
import java.util.Map;
import net.thisptr.jackson.jq.exception.JsonQueryException;
import net.thisptr.jackson.jq.exception.JsonQueryUserException;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/** Problem details (RFC 9457) as JSON. */
public final class ProblemBody {
  /** The media type of problem details. */
  public static final String CONTENT_TYPE = "application/problem+json";

  private static final Map<Integer, String> DETAILS =
      Map.of(
          404,
              "There is nothing at this path; /openapi.json lists what there is. Letter case and"
                  + " slashes count.",
          405, "This method is not allowed here; the Allow header lists those that are.",
          413, "The request's body is larger than this gateway takes (gateway.max-body-bytes).",
          503, "The gateway is reloading or stopping; try again in a moment.");

  private final ObjectMapper json;
  private final Doors doors;

  public ProblemBody(ObjectMapper json) {
    this(json, new Doors());
  }

  /**
   * Makes it.
   *
   * @param doors give problems of their paths a shape of their own
   */
  public ProblemBody(ObjectMapper json, Doors doors) {
    this.json = json;
    this.doors = doors;
  }

  Doors doors() {
    return doors;
  }

  /** A problem as its JSON text. */
  public String of(Problem problem) {
    ObjectNode body = json.createObjectNode();
    body.put("type", "/problems/" + problem.type().slug());
    body.put("title", problem.type().title());
    body.put("status", problem.status());
    body.put("detail", problem.getMessage());
    if (!problem.faults().isEmpty()) {
      ArrayNode errors = body.putArray("errors");
      problem
          .faults()
          .forEach(
              fault ->
                  errors.addObject().put("pointer", fault.pointer()).put("detail", fault.detail()));
    }
    problem.job().ifPresent(job -> body.put("job_id", job.toString()));
    problem.nodeErrors().ifPresent(errors -> body.set("node_errors", errors));
    return text(body);
  }

  /**
   * Answers a request with a problem that no route has shaped, on the event loop of the connection.
   */
  Future<Void> write(HttpServerRequest request, Problem problem) {
    problem.headers().forEach(request.response()::putHeader);
    return doors.write(request, problem.status(), of(problem));
  }

  /** Answers a request with a status for which no route said more. */
  Future<Void> write(HttpServerRequest request, int status, String detail) {
    String title = request.response().setStatusCode(status).getStatusMessage();
    return doors.write(request, status, of(status, title, detail));
  }

  // error({"pointer": "/size", "detail": "…"}), or a text.
  private static Problem ofJq(JsonNode refused) {
    String detail = refused.isTextual() ? refused.asText() : refused.path("detail").asText("");
    String pointer = refused.path("pointer").asText("");
    return pointer.isEmpty()
        ? new Problem(ProblemType.INVALID_REQUEST, detail)
        : Problem.ofField(ProblemType.INVALID_INPUT, pointer, detail);
  }

  /** A problem about which no route said more than the status. */
  String of(int status) {
    return of(status, HttpResponseStatus.valueOf(status).reasonPhrase(), defaultDetail(status));
  }

  private String of(int status, String title, String detail) {
    ObjectNode body = json.createObjectNode();
    body.put("type", "about:blank");
    body.put("title", title);
    body.put("status", status);
    body.put("detail", detail);
    return text(body);
  }

  static String defaultDetail(int status) {
    return DETAILS.getOrDefault(
        status,
        status >= 500 ? "The gateway could not handle the request." : "The request is not valid.");
  }

  /**
   * What the caller sees of an exception: the problem in it, or one that reveals nothing of the
   * inside.
   */
  public static Problem problemOf(Throwable thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof Problem problem) {
        return problem;
      }
      if (cause instanceof JsonQueryUserException refused) {
        return ofJq(refused.getMessageAsJsonNode());
      }
    }
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof JsonQueryException) {
        return new Problem(
            ProblemType.INVALID_REQUEST,
            "The gateway cannot read this request as the JSON that it expects here.");
      }
      if (cause instanceof DataAccessException
          || cause instanceof TransactionException
          || cause instanceof StoreFullException
          || cause instanceof StoreUnavailableException) {
        return Problem.storeUnavailable(
            "The gateway cannot store anything now, so nothing was accepted. Try again later.");
      }
    }
    return new Problem(
        ProblemType.INTERNAL, "The gateway failed to handle the request; its log says why.");
  }

  private String text(ObjectNode body) {
    try {
      return json.writeValueAsString(body);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
