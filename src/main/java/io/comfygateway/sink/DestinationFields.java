package io.comfygateway.sink;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.spi.Registry;

/**
 * The fields of destinations as parameters of endpoints. A secret in the URI of an endpoint would
 * show in logs and errors, so a route names the field: {@code
 * "#${exchangeProperty.fields}.password"}.
 */
public final class DestinationFields {
  static final String PREFIX = "destination-";

  private final Map<String, Bound> bound = new HashMap<>();
  private long changes;

  private record Bound(String reference, JsonNode settings) {}

  /**
   * Makes the fields of the destination known to Camel, and sets {@code fields} to what their names
   * begin with. That changes when a field does, so that Camel makes a new endpoint.
   */
  public void bind(Exchange exchange, @ExchangeProperty("destination") ObjectNode settings) {
    exchange.setProperty("fields", reference(exchange.getContext().getRegistry(), settings));
  }

  private synchronized String reference(Registry registry, ObjectNode settings) {
    String name = settings.path("name").asText();
    Bound before = bound.get(name);
    if (before != null && before.settings().equals(settings)) {
      return before.reference();
    }
    changes++;
    Bound now = new Bound(PREFIX + name + "-" + changes, settings.deepCopy());
    for (Map.Entry<String, JsonNode> field : settings.properties()) {
      if (field.getValue().isValueNode()) {
        registry.bind(now.reference() + "." + field.getKey(), field.getValue().asText());
      }
    }
    bound.put(name, now);
    if (before != null) {
      before
          .settings()
          .fieldNames()
          .forEachRemaining(field -> registry.unbind(before.reference() + "." + field));
    }
    return now.reference();
  }
}
