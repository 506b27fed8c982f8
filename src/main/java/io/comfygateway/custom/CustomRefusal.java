package io.comfygateway.custom;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.Problem.Fault;
import io.comfygateway.problem.ProblemType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.camel.Exchange;

/**
 * How a custom route refuses a request or an output: the header {@code GatewayProblem} with an HTTP
 * status, and a body that says why: a sentence, or problem details with {@code detail} and {@code
 * errors}.
 */
public final class CustomRefusal {
  /** The header. */
  public static final String HEADER = "GatewayProblem";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LOWEST = 400;
  private static final int HIGHEST = 599;
  private static final int LONGEST = 2_000;

  private CustomRefusal() {}

  /**
   * The problem that a route has set; empty where it did not refuse.
   *
   * @param route its name
   */
  public static Optional<Problem> of(Exchange exchange, String route) {
    Object status = exchange.getMessage().getHeader(HEADER);
    if (status == null) {
      return Optional.empty();
    }
    String text = status.toString().strip();
    int code = text.matches("\\d{3}") ? Integer.parseInt(text) : 0;
    if (code < LOWEST || code > HIGHEST) {
      return Optional.of(
          new Problem(
              ProblemType.CUSTOM_ROUTE_FAILED,
              "The step %s of this gateway refused with the status \"%s\"; %s must be a number from %d to %d."
                  .formatted(route, shortened(text), HEADER, LOWEST, HIGHEST)));
    }
    String body = Optional.ofNullable(exchange.getMessage().getBody(String.class)).orElse("");
    Optional<JsonNode> details = details(body);
    String detail = details.map(json -> json.path("detail").asText("")).orElse(body).strip();
    return Optional.of(
        new Problem(
                ProblemType.REFUSED,
                detail.isEmpty()
                    ? "The step %s of this gateway gave no reason.".formatted(route)
                    : shortened(detail),
                details.map(CustomRefusal::faults).orElse(List.of()))
            .withStatus(code));
  }

  private static Optional<JsonNode> details(String body) {
    if (!body.stripLeading().startsWith("{")) {
      return Optional.empty();
    }
    try {
      return Optional.of(JSON.readTree(body));
    } catch (JsonProcessingException notJson) {
      return Optional.empty();
    }
  }

  private static List<Fault> faults(JsonNode details) {
    List<Fault> faults = new ArrayList<>();
    for (JsonNode error : details.path("errors")) {
      if (faults.size() < Problem.MOST_FAULTS) {
        faults.add(
            new Fault(
                shortened(error.path("pointer").asText("")),
                shortened(error.path("detail").asText(""))));
      }
    }
    return faults;
  }

  static String shortened(String text) {
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
  }
}
