package io.comfygateway.route;

import java.util.List;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.MessageHistory;
import org.apache.camel.NamedNode;
import org.apache.camel.Route;
import org.apache.camel.model.OnExceptionDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs what fails in a user's own routes, by file, route and step. */
public final class RouteFailures {
  private static final Logger LOG = LoggerFactory.getLogger("routes");
  private static final int LONGEST_REASON = 500;

  /** Logs a failure in one line; the stack trace is in the log at DEBUG. */
  public void failed(Exchange exchange) {
    Throwable why = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
    Optional<NamedNode> step = lastStep(exchange);
    String id =
        Optional.ofNullable(exchange.getProperty(Exchange.FAILURE_ROUTE_ID, String.class))
            .orElse(exchange.getFromRouteId());
    LOG.warn(
        "route failed file={} route={} step={} reason={}",
        file(exchange, id) + step.map(RouteFailures::line).orElse(""),
        id,
        step.map(node -> node.getId() == null ? node.getShortName() : node.getId()).orElse("-"),
        reason(why));
    LOG.debug("why", why);
  }

  // The last of the history is the step that logs this.
  @SuppressWarnings("unchecked")
  private static Optional<NamedNode> lastStep(Exchange exchange) {
    List<MessageHistory> history =
        exchange.getProperty(Exchange.MESSAGE_HISTORY, List.of(), List.class);
    for (int i = history.size() - 1; i >= 0; i--) {
      NamedNode node = history.get(i).getNode();
      if (!isErrorHandling(node)) {
        return Optional.of(node);
      }
    }
    return Optional.empty();
  }

  private static boolean isErrorHandling(NamedNode node) {
    for (NamedNode one = node; one != null; one = one.getParent()) {
      if (one instanceof OnExceptionDefinition) {
        return true;
      }
    }
    return false;
  }

  private static String file(Exchange exchange, String id) {
    Route route = exchange.getContext().getRoute(id);
    return route == null || route.getSourceResource() == null
        ? "-"
        : route.getSourceResource().getLocation().replaceFirst("^mem:", "");
  }

  private static String line(NamedNode node) {
    return node.getLineNumber() > 0 ? ":" + node.getLineNumber() : "";
  }

  private static String reason(Throwable why) {
    if (why == null) {
      return "-";
    }
    String text = why.toString().replaceAll("\\s+", " ");
    return text.length() > LONGEST_REASON ? text.substring(0, LONGEST_REASON) : text;
  }
}
