package io.comfygateway.workflow.editor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Builds the nodes of the API format: values first, then links, which win over values. */
final class ApiNodes {
  /** Types whose value the editor's page makes when it queues the graph. */
  private static final Set<String> MADE_BY_THE_PAGE = Set.of("LOAD_3D", "WEBCAM", "AUDIO_RECORD");

  private static final String RESAVE = "set it in the editor and save the workflow again";

  private final ClassCatalog classes;
  private final HostValues hosts;
  private final LinkResolver links;
  private final NodeValues values;
  private final List<String> remarks;

  ApiNodes(ClassCatalog classes, HostValues hosts, List<String> remarks) {
    this.classes = classes;
    this.hosts = hosts;
    this.links = new LinkResolver(classes, hosts);
    this.values = new NodeValues(classes);
    this.remarks = remarks;
  }

  ObjectNode build(Place place) throws ConversionException {
    Optional<NodeClass> nodeClass = classes.find(place.node().type());
    Map<String, Declared> declared = new LinkedHashMap<>();
    if (nodeClass.isPresent()) {
      nodeClass.get().inputs().forEach(input -> declared.put(input.name(), input));
      requireNotOfPage(place, declared);
    }
    Map<String, JsonNode> own =
        new LinkedHashMap<>(
            nodeClass.isPresent() ? values.of(place, nodeClass.get()) : values.ofUnknown(place));
    if (nodeClass.isEmpty()) {
      remarks.add(
          ConversionFault.of(
                  place,
                  "This ComfyUI lacks its class",
                  "its inputs are taken from their names in the file")
              .toString());
    }
    addChosen(declared, own);
    for (Map.Entry<String, JsonNode> value : own.entrySet()) {
      Optional<JsonNode> override = hosts.override(place, value.getKey());
      if (override.isPresent()) {
        requireSameChoice(place, declared.get(value.getKey()), value.getValue(), override.get());
      }
    }
    own.replaceAll((name, value) -> hosts.override(place, name).orElse(value));
    ObjectNode inputs = JsonNodeFactory.instance.objectNode();
    own.forEach((name, value) -> inputs.set(name, sent(place, declared.get(name), value)));
    for (Socket socket : place.node().inputs()) {
      if (socket.link().isPresent()) {
        link(place, socket, declared, inputs);
      }
    }
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.set("inputs", inputs);
    node.put("class_type", place.node().type());
    String title =
        place.node().title().orElse(nodeClass.map(NodeClass::title).orElse(place.node().type()));
    node.putObject("_meta").put("title", title);
    return node;
  }

  /** Adds what the values of dynamic choices bring, and the choices among that. */
  private static void addChosen(Map<String, Declared> declared, Map<String, JsonNode> own) {
    Deque<Declared> open = new ArrayDeque<>(declared.values());
    while (!open.isEmpty()) {
      Declared input = open.poll();
      JsonNode value = own.get(input.name());
      if (value != null && input.type().equals(Declared.DYNAMIC_COMBO)) {
        for (Declared brought : Fields.brought(input, value)) {
          declared.put(brought.name(), brought);
          open.add(brought);
        }
      }
    }
  }

  private void link(Place place, Socket socket, Map<String, Declared> declared, ObjectNode inputs)
      throws ConversionException {
    Source source = links.resolve(place, socket);
    Optional<Declared> input = Optional.ofNullable(declared.get(socket.name()));
    if (source instanceof Source.Output output) {
      inputs.set(
          socket.name(),
          JsonNodeFactory.instance.arrayNode().add(output.node().id()).add(output.slot()));
    } else if (source instanceof Source.Value value) {
      requireFit(
          place,
          input,
          value.value(),
          "gets %s from node " + ConversionFault.cut(value.from().id()));
      JsonNode own = inputs.path(socket.name());
      requireSameChoice(place, input.orElse(null), own, value.value());
      inputs.set(socket.name(), sent(place, input.orElse(null), value.value()));
    } else if (source instanceof Source.Removed) {
      inputs.remove(socket.name());
    } else if (inputs.has(socket.name())) {
      requireFit(place, input, unwrapped(inputs.get(socket.name())), "has the value %s");
    }
  }

  /** The file has values only for the further inputs that a node's own choice brings. */
  private static void requireSameChoice(
      Place place, @Nullable Declared input, JsonNode own, JsonNode outer)
      throws ConversionException {
    if (input != null && input.type().equals(Declared.DYNAMIC_COMBO) && !own.equals(outer)) {
      throw new ConversionException(
          ConversionFault.of(
              place,
              "Its choice %s is set from outside to %s, and the file has no values for what that brings"
                  .formatted(ConversionFault.cut(input.name()), ValueFit.show(outer)),
              "set it on the node itself in the editor and save the workflow again"));
    }
  }

  private static JsonNode unwrapped(JsonNode value) {
    return value.isObject() && value.has("__value__") ? value.get("__value__") : value;
  }

  private static void requireFit(Place place, Optional<Declared> input, JsonNode value, String how)
      throws ConversionException {
    if (input.filter(it -> ValueFit.of(value, it) == ValueFit.NONE).isPresent()) {
      throw new ConversionException(
          ConversionFault.of(
              place,
              "Its input %s (%s) %s, which does not fit"
                  .formatted(
                      ConversionFault.cut(input.get().name()),
                      input.get().type(),
                      how.formatted(ValueFit.show(value))),
              RESAVE));
    }
  }

  private JsonNode sent(Place place, @Nullable Declared input, JsonNode value) {
    if (value.isArray()) {
      // A bare list would be taken for a link.
      return JsonNodeFactory.instance.objectNode().set("__value__", value);
    }
    if (input != null && ValueFit.isLabel(value, input)) {
      remarks.add(
          "Node %s has %s for the switch %s, which ComfyUI takes for true"
              .formatted(place.id(), ValueFit.show(value), ConversionFault.cut(input.name())));
    }
    if (input != null && input.isDynamicPrompt() && value.isTextual()) {
      PromptText text = new PromptText(value.asText(), place.id());
      String resolved = text.resolve();
      if (text.isDrawn()) {
        remarks.add(
            "Node "
                + place.id()
                + " has a text with {a|b}: one part of each was drawn, since only the editor draws anew for each run");
      }
      return JsonNodeFactory.instance.textNode(resolved);
    }
    return value;
  }

  private static void requireNotOfPage(Place place, Map<String, Declared> declared)
      throws ConversionException {
    for (Declared input : declared.values()) {
      if (MADE_BY_THE_PAGE.contains(input.type()) && !place.node().isLinked(input.name())) {
        throw new ConversionException(
            ConversionFault.of(
                place,
                "Its input %s is what the editor's page records (%s)"
                    .formatted(ConversionFault.cut(input.name()), input.type()),
                "use a node that loads it from a file"));
      }
    }
  }
}
