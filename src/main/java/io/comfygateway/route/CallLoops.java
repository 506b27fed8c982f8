package io.comfygateway.route;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.Route;
import org.apache.camel.RuntimeExchangeException;
import org.apache.camel.support.RoutePolicySupport;

/**
 * Follows which of the operator's own routes an exchange is in, one called by the other, and ends
 * it before routes that call each other in a loop use up the stack.
 */
final class CallLoops extends RoutePolicySupport {
  private static final String CALLS = "GatewayOwnRoutes";
  private static final int DEEPEST = 50;
  private static final int SHOWN = 4;

  @Override
  public void onExchangeBegin(Route route, Exchange exchange) {
    List<String> calls = new ArrayList<>(calls(exchange));
    calls.add(route.getRouteId());
    exchange.setProperty(CALLS, List.copyOf(calls));
  }

  @Override
  public void onExchangeDone(Route route, Exchange exchange) {
    List<String> calls = calls(exchange);
    if (!calls.isEmpty()) {
      exchange.setProperty(CALLS, List.copyOf(calls.subList(0, calls.size() - 1)));
    }
  }

  /**
   * The first step of each such route.
   *
   * @throws RuntimeExchangeException where the calls are too deep; the message names the routes
   */
  static void require(Exchange exchange) {
    List<String> calls = calls(exchange);
    if (calls.size() > DEEPEST) {
      throw new RuntimeExchangeException(
          "routes call each other in a loop: "
              + String.join(" → ", calls.subList(calls.size() - SHOWN, calls.size())),
          exchange);
    }
  }

  @SuppressWarnings("unchecked")
  private static List<String> calls(Exchange exchange) {
    return Optional.ofNullable(exchange.getProperty(CALLS, List.class)).orElseGet(List::of);
  }
}
