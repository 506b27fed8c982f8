package io.comfygateway.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.access.Caller;
import io.comfygateway.access.Scope;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobQueries;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;

/** The steps that cancel several jobs of one request. */
public final class JobCancellation {
  private static final String IDS = "ids";
  private final JobQueries queries;
  private final JobView view;
  private final ObjectMapper json;

  public JobCancellation(JobQueries queries, JobView view, ObjectMapper json) {
    this.queries = queries;
    this.view = view;
    this.json = json;
  }

  /**
   * Sets {@code ids} to the jobs that the body names.
   *
   * @throws Problem where it names none
   */
  public void read(Exchange exchange) {
    List<UUID> ids = RequestIds.of(exchange, json).stream().distinct().toList();
    if (ids.isEmpty()) {
      throw Problem.ofField(
          ProblemType.INVALID_INPUT, "/ids", "Name the jobs: {\"ids\": [\"…\"]}.");
    }
    exchange.setProperty(IDS, ids);
  }

  /** Sets {@code job} to one of them; to nothing where it has ended or the caller has no such. */
  public void job(Exchange exchange, @Body UUID id, @ExchangeProperty("caller") Caller caller) {
    exchange.setProperty(
        "job",
        Ownership.find(id, caller, Scope.ADMIN, () -> queries.find(id), queries::find)
            .filter(job -> !job.status().isFinished())
            .orElse(null));
  }

  /** 200 with the status of each of them; those that the caller does not have are not known. */
  public void answer(
      Exchange exchange,
      @ExchangeProperty(IDS) List<UUID> ids,
      @ExchangeProperty("caller") Caller caller) {
    Map<UUID, Job> found = queries.all(ids);
    ObjectNode body = json.createObjectNode();
    ArrayNode list = body.putArray("jobs");
    for (UUID id : ids) {
      Job job = found.get(id);
      ObjectNode shown = list.addObject().put("id", id.toString());
      if (job == null || !(caller.may(Scope.ADMIN) || caller.name().equals(job.owner()))) {
        shown.put("error", "There is no such job of this key.");
      } else {
        shown.put("status", view.status(job).word()).put("cancel_requested", job.cancelRequested());
      }
    }
    Responses.json(exchange, 200, body.toString());
  }
}
