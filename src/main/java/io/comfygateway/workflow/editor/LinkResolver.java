package io.comfygateway.workflow.editor;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.workflow.editor.EditorGraph.Boundary;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Follows a link back to where it really begins: through reroutes, setters and getters, bypassed
 * nodes, and in and out of subgraphs.
 */
final class LinkResolver {
  private static final int MOST_STEPS = 10_000;
  private static final int MOST_STEPS_OF_ALL = 200_000;

  private final ClassCatalog classes;
  private final HostValues hosts;
  private int steps;

  LinkResolver(ClassCatalog classes, HostValues hosts) {
    this.classes = classes;
    this.hosts = hosts;
  }

  /** How far a link has been followed: an input, the type wanted, and the subgraphs left. */
  private static final class Way {
    private final List<Promotion> left = new ArrayList<>();
    private GraphInstance instance;
    private Socket input;
    private String type;

    private Way(GraphInstance instance, Socket input) {
      this.instance = instance;
      this.input = input;
      this.type = input.type();
    }

    private void to(GraphInstance next, Socket socket, String wanted) {
      instance = next;
      input = socket;
      type = wanted;
    }
  }

  private record Promotion(Place host, String input) {}

  /** What an input of a node gets. */
  Source resolve(Place at, Socket socket) throws ConversionException {
    return resolve(at, socket, new Way(at.instance(), socket));
  }

  /**
   * A widget outside of a node that the editor writes into it.
   *
   * @param place a primitive, or a subgraph's node
   * @param input the subgraph's input; empty for a primitive
   */
  record Widget(Place place, String input) {}

  /**
   * The widget that an input of a node gets its value from: that of a primitive, or of the
   * outermost subgraph whose input leads to it.
   */
  Optional<Widget> widget(Place at, Socket socket) throws ConversionException {
    Way way = new Way(at.instance(), socket);
    Source source = resolve(at, socket, way);
    if (source instanceof Source.Value value) {
      return Optional.of(new Widget(value.from(), ""));
    }
    return source instanceof Source.Own && !way.left.isEmpty()
        ? Optional.of(way.left.get(way.left.size() - 1))
            .map(outermost -> new Widget(outermost.host(), outermost.input()))
        : Optional.empty();
  }

  private Source resolve(Place at, Socket socket, Way way) throws ConversionException {
    for (int step = 0; step < MOST_STEPS; step++) {
      if (++steps > MOST_STEPS_OF_ALL) {
        throw new ConversionException(
            ConversionFault.of(
                at, "The links of the workflow are too long to be followed", "split the workflow"));
      }
      Optional<Source> end = follow(way);
      if (end.isPresent()) {
        return end.get();
      }
    }
    throw new ConversionException(
        ConversionFault.of(
            at,
            "The links to its input "
                + ConversionFault.cut(socket.name())
                + " go round in a circle",
            "take one of them out"));
  }

  private Optional<Source> follow(Way way) throws ConversionException {
    Optional<EditorLink> link = way.input.link().flatMap(way.instance.graph()::link);
    if (link.isEmpty()) {
      return Optional.of(promoted(way));
    }
    if (link.get().isFromBoundary()) {
      return outwards(way, link.get().slot());
    }
    Optional<Place> origin = way.instance.place(link.get().origin());
    return origin.isEmpty()
        ? Optional.of(promoted(way))
        : fromOutput(way, origin.get(), link.get().slot());
  }

  // The value on the outermost subgraph that has one; it was the last to be edited.
  private Source promoted(Way way) throws ConversionException {
    for (int i = way.left.size() - 1; i >= 0; i--) {
      Promotion promotion = way.left.get(i);
      Optional<JsonNode> value = hosts.value(promotion.host(), promotion.input());
      if (value.isPresent()) {
        return new Source.Value(value.get(), promotion.host());
      }
    }
    return new Source.Own();
  }

  private Optional<Source> outwards(Way way, int slot) throws ConversionException {
    GraphInstance instance = way.instance;
    List<Boundary> inputs = instance.graph().inputs();
    if (instance.host().isEmpty() || slot < 0 || slot >= inputs.size()) {
      return Optional.of(new Source.Own());
    }
    Place host = instance.host().get();
    Boundary boundary = inputs.get(slot);
    way.left.add(new Promotion(host, boundary.name()));
    Optional<Socket> socket = host.node().input(boundary.name());
    if (socket.flatMap(Socket::link).isEmpty()) {
      return Optional.of(promoted(way));
    }
    way.to(host.instance(), socket.get(), socket.get().type());
    return Optional.empty();
  }

  private Optional<Source> fromOutput(Way way, Place origin, int slot) throws ConversionException {
    EditorNode node = origin.node();
    NodeKind kind = classes.kind(node);
    if (kind == NodeKind.PRIMITIVE) {
      Optional<JsonNode> value = primitive(origin);
      return Optional.of(
          value.isPresent() ? new Source.Value(value.get(), origin) : new Source.Own());
    }
    if (node.isBypassed()) {
      return through(way, origin, Bypass.input(node, slot, way.type), Optional.empty());
    }
    Optional<GraphInstance> inside = origin.inside();
    if (inside.isPresent()) {
      return node.isMuted() ? Optional.of(new Source.Removed()) : inwards(way, inside.get(), slot);
    }
    return switch (kind) {
      case REROUTE -> through(way, origin, at(node, slot), Optional.of(way.type));
      case SETTER -> through(way, origin, at(node, 0), Optional.of(way.type));
      case GETTER -> {
        Place setter = NamedLinks.setter(classes, origin);
        yield through(way, setter, at(setter.node(), 0), Optional.of(way.type));
      }
      case DECORATION -> Optional.of(new Source.Own());
      case REAL, EVERYWHERE, PRIMITIVE ->
          Optional.of(node.isMuted() ? new Source.Removed() : new Source.Output(origin, slot));
    };
  }

  private Optional<JsonNode> primitive(Place origin) {
    Optional<JsonNode> set = hosts.override(origin, HostValues.PRIMITIVE);
    return set.isPresent()
        ? set
        : ValueList.of(origin.node().values())
            .filter(values -> !values.isEmpty())
            .map(values -> values.get(0));
  }

  private Optional<Source> inwards(Way way, GraphInstance inside, int slot) {
    List<Boundary> outputs = inside.graph().outputs();
    Optional<EditorLink> link =
        slot < 0 || slot >= outputs.size()
            ? Optional.empty()
            : outputs.get(slot).links().stream().findFirst().flatMap(inside.graph()::link);
    if (link.isEmpty()) {
      return Optional.of(new Source.Own());
    }
    // The output of a subgraph is like an input inside it.
    Socket output = new Socket("", way.type, Optional.of(link.get().id()), false);
    way.to(inside, output, way.type);
    return Optional.empty();
  }

  private static Optional<Source> through(
      Way way, Place place, Optional<Socket> input, Optional<String> type) {
    if (input.isEmpty()) {
      return Optional.of(new Source.Own());
    }
    way.to(place.instance(), input.get(), type.orElse(input.get().type()));
    return Optional.empty();
  }

  private static Optional<Socket> at(EditorNode node, int slot) {
    return slot >= 0 && slot < node.inputs().size()
        ? Optional.of(node.inputs().get(slot))
        : Optional.empty();
  }
}
