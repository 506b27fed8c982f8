package io.comfygateway.api;

import io.comfygateway.config.Suggestion;
import io.comfygateway.http.GatewayHttpConsumer;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.route.Contract;
import io.comfygateway.route.Contract.Parameter;
import io.comfygateway.route.Contract.Place;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.List;
import java.util.Optional;
import org.apache.camel.Exchange;

/**
 * Refuses query parameters that an operation does not read: if {@code ?wait=30} or an input of a
 * workflow were ignored, its caller would notice only in the result.
 */
final class UnknownQuery {
  private static final String WAIT = "wait";

  private UnknownQuery() {}

  /**
   * Checks a request for an operation of the contract; called when the caller is known.
   *
   * @throws Problem INVALID_REQUEST that names the first such parameter
   */
  static void refuse(Exchange exchange) {
    Contract.Match match =
        exchange.getProperty(GatewayHttpConsumer.CONTRACT_MATCH, Contract.Match.class);
    String method = exchange.getMessage().getHeader(Exchange.HTTP_METHOD, "", String.class);
    String query = exchange.getMessage().getHeader(Exchange.HTTP_QUERY, "", String.class);
    if (match != null && !query.isEmpty()) {
      match
          .operation(method)
          .flatMap(operation -> problem(operation, query))
          .ifPresent(
              problem -> {
                throw problem;
              });
    }
  }

  static Optional<Problem> problem(Contract.Operation operation, String query) {
    List<Parameter> known = operation.of(Place.QUERY);
    return names(query).stream()
        .filter(name -> known.stream().noneMatch(parameter -> parameter.isNamed(name)))
        .findFirst()
        .map(name -> new Problem(ProblemType.INVALID_REQUEST, sentence(operation, known, name)));
  }

  private static List<String> names(String query) {
    try {
      return List.copyOf(new QueryStringDecoder(query, false).parameters().keySet());
    } catch (IllegalArgumentException malformed) {
      throw new Problem(
          ProblemType.INVALID_REQUEST,
          "The query cannot be decoded: a % is not followed by two hexadecimal digits.");
    }
  }

  private static String sentence(Contract.Operation operation, List<Parameter> known, String name) {
    List<String> names =
        known.stream()
            .map(parameter -> parameter.isMap() ? parameter.name() + ".<field>" : parameter.name())
            .toList();
    String hint = hint(operation.id(), name);
    String meant = Suggestion.didYouMean(name, names);
    return "There is no query parameter "
        + StrictJson.shown(name)
        + (meant.isEmpty() ? "." : meant)
        + hint
        + (names.isEmpty()
            ? " This operation takes none."
            : " Known: " + String.join(", ", names) + ".");
  }

  private static String hint(String operation, String name) {
    boolean submits = operation.startsWith("submit");
    if (!WAIT.equals(name)) {
      return submits ? " Inputs and fields belong in the body, not in the URL." : "";
    }
    return switch (operation) {
      case "submitGraph", "submitWorkflow" ->
          " To wait for the job send the header Prefer: wait=30, or ?respond=result.";
      case "getJob" -> " To wait for its end send the header Prefer: wait=30.";
      case "submitBatch", "getBatch" ->
          " A batch is not waited for: name a callback, or ask GET /batches/{id} again.";
      default -> "";
    };
  }
}
