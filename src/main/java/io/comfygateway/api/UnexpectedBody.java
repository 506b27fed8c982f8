package io.comfygateway.api;

import io.comfygateway.http.GatewayHttpConsumer;
import io.comfygateway.http.ReceivedForm;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.route.Contract;
import io.comfygateway.route.Contract.Operation;
import io.comfygateway.route.Contract.Parameter;
import io.comfygateway.route.Contract.Place;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;

/**
 * Refuses a body with fields where an operation takes none: if {@code {"destination": "archive"}}
 * were ignored, every delivery of the job would be sent again. An empty object, which many clients
 * send by themselves, is no field.
 */
final class UnexpectedBody {
  // A body of a DELETE means nothing (RFC 9110, section 9.3.5).
  private static final Set<String> METHODS = Set.of("POST", "PUT", "PATCH");
  private static final Pattern EMPTY = Pattern.compile("\\s*+(\\{\\s*+\\}|null)?+\\s*+");
  // A longer body has more in it than spaces.
  private static final int LONGEST_EMPTY = 1_000;

  private UnexpectedBody() {}

  /**
   * Checks a request for an operation of the contract; called when the caller is known.
   *
   * @throws Problem INVALID_INPUT if it has a body and the operation takes none
   */
  static void refuse(Exchange exchange) {
    Contract.Match match =
        exchange.getProperty(GatewayHttpConsumer.CONTRACT_MATCH, Contract.Match.class);
    String method = exchange.getMessage().getHeader(Exchange.HTTP_METHOD, "", String.class);
    if (match != null && METHODS.contains(method)) {
      match
          .operation(method)
          .filter(operation -> !operation.hasBody() && isSent(exchange))
          .ifPresent(
              operation -> {
                throw new Problem(ProblemType.INVALID_INPUT, sentence(operation));
              });
    }
  }

  private static boolean isSent(Exchange exchange) {
    ReceivedForm form = exchange.getProperty(GatewayHttpConsumer.FORM, ReceivedForm.class);
    if (form != null && !form.isEmpty()) {
      return true;
    }
    byte[] body = exchange.getMessage().getBody(byte[].class);
    return body != null
        && (body.length > LONGEST_EMPTY
            || !EMPTY.matcher(new String(body, StandardCharsets.UTF_8)).matches());
  }

  private static String sentence(Operation operation) {
    if ("retryJob".equals(operation.id())) {
      return "A job runs again as it was, so the body takes no fields; only the query can say ?seed=random. For other inputs submit a new job: GET /jobs/{id}/inputs shows what this one ran with.";
    }
    List<String> query = operation.of(Place.QUERY).stream().map(Parameter::name).toList();
    return "This operation takes no body. "
        + (query.isEmpty()
            ? "Send the request without one."
            : "Its parameters belong in the query: " + String.join(", ", query) + ".");
  }
}
