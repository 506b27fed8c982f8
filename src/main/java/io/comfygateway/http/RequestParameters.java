package io.comfygateway.http;

import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.route.Contract;
import io.comfygateway.route.Contract.Place;
import io.vertx.core.MultiMap;
import io.vertx.ext.web.RoutingContext;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/**
 * What a route of the contract sees of a request: each parameter from the one place that {@code
 * openapi.json} names, and the header fields about the body and the accepted response. A Camel
 * message has one map for path, query and header fields; without this, a header field {@code id}
 * would pass for the {@code id} of the path.
 */
final class RequestParameters {
  /** Those that OpenAPI does not list as parameters (OpenAPI 3.0.3, Parameter Object). */
  private static final List<String> OF_THE_BODY =
      List.of("Accept", "Content-Type", "Content-Encoding");

  /** What the route of a door sees beside the parameters of its path. */
  private static final List<String> OF_A_DOOR =
      List.of(
          "Accept",
          "Content-Type",
          "Content-Encoding",
          "Idempotency-Key",
          "x-stainless-retry-count");

  private RequestParameters() {}

  /**
   * Keeps in a message only what its route may see of the request.
   *
   * @throws Problem INVALID_REQUEST where a query parameter of the operation is given twice
   */
  static void show(HttpRequestState state, Exchange exchange, Doors doors) {
    Message message = exchange.getMessage();
    if (state.match().isEmpty()) {
      if (doors.has(state.request().request().path())) {
        Map<String, Object> read = new HashMap<>();
        OF_A_DOOR.forEach(name -> header(name, state.request().request().headers(), read));
        message.getHeaders().keySet().removeIf(name -> !name.startsWith("Camel"));
        message.getHeaders().putAll(read);
      }
      // Camel has added the parameters of the path to the header fields of the same name.
      message.getHeaders().putAll(state.request().pathParams());
      return;
    }
    Map<String, Object> parameters = of(state.match().get(), state.request());
    // Camel drops fields from outside whose names begin like its own.
    message.getHeaders().keySet().removeIf(name -> !name.startsWith("Camel"));
    message.getHeaders().putAll(parameters);
    message.setHeader(Exchange.HTTP_PATH, state.match().get().path());
    exchange.setProperty(GatewayHttpConsumer.CONTRACT_MATCH, state.match().get());
  }

  private static Map<String, Object> of(Contract.Match match, RoutingContext request) {
    Map<String, Object> read = new HashMap<>(match.values());
    MultiMap headers = request.request().headers();
    OF_THE_BODY.forEach(name -> header(name, headers, read));
    match
        .operation(request.request().method().name())
        .ifPresent(
            operation -> {
              operation
                  .of(Place.HEADER)
                  .forEach(parameter -> header(parameter.name(), headers, read));
              List<Contract.Parameter> query = operation.of(Place.QUERY);
              if (!query.isEmpty()) {
                request.queryParams().entries().stream()
                    .filter(it -> query.stream().anyMatch(known -> known.isNamed(it.getKey())))
                    .forEach(it -> add(it.getKey(), it.getValue(), read));
              }
            });
    return read;
  }

  // Fields of one name are a list (RFC 9110, section 5.3).
  private static void header(String name, MultiMap headers, Map<String, Object> read) {
    List<String> values = headers.getAll(name);
    if (!values.isEmpty()) {
      read.put(name, String.join(", ", values));
    }
  }

  private static void add(String name, String value, Map<String, Object> read) {
    if (read.put(name, value) != null) {
      throw new Problem(
          ProblemType.INVALID_REQUEST,
          "The query parameter \"" + name + "\" is given more than once; give it once.");
    }
  }
}
