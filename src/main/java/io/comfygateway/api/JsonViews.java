package io.comfygateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.access.Caller;
import io.comfygateway.workflow.Graph;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import org.apache.camel.CamelContext;
import org.apache.camel.support.SimpleTypeConverter;

/** Lets routes read as JSON what is not kept as JSON: a job, a batch, a graph, the caller. */
public final class JsonViews {
  private JsonViews() {}

  /** Makes them known to a context, so that jq and the like can read them. */
  public static void register(CamelContext context) {
    add(context, JsonView.class, JsonView::toJson);
    add(context, Graph.class, Graph::toJson);
    add(context, Caller.class, JsonViews::caller);
  }

  private static ObjectNode caller(Caller caller) {
    ObjectNode shown = JsonNodeFactory.instance.objectNode().put("name", caller.name());
    ArrayNode scopes = shown.putArray("scopes");
    caller.scopes().stream().map(scope -> scope.word()).sorted().forEach(scopes::add);
    return shown;
  }

  private static <T> void add(CamelContext context, Class<T> type, Function<T, ObjectNode> view) {
    convert(context, JsonNode.class, type, view::apply);
    convert(context, ObjectNode.class, type, view);
    convert(context, String.class, type, value -> view.apply(value).toString());
    convert(context, byte[].class, type, value -> utf8(view.apply(value)));
    convert(
        context,
        InputStream.class,
        type,
        value -> new ByteArrayInputStream(utf8(view.apply(value))));
  }

  private static byte[] utf8(ObjectNode json) {
    return json.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static <F, T> void convert(
      CamelContext context, Class<T> to, Class<F> from, Function<F, T> conversion) {
    context
        .getTypeConverterRegistry()
        .addTypeConverter(
            to,
            from,
            new SimpleTypeConverter(
                false, (type, exchange, value) -> conversion.apply(from.cast(value))));
  }
}
