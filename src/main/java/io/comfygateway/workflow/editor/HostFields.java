package io.comfygateway.workflow.editor;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.workflow.editor.EditorGraph.Boundary;
import io.comfygateway.workflow.editor.Field.Role;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The fields of nodes inside that a subgraph node shows: those that its inputs lead to, and those
 * that {@code proxyWidgets} lists.
 */
final class HostFields {
  private static final String HOST = "-1";
  private static final int MOST_PROXIES = 1_000;
  private static final int MOST_STEPS = 1_000;

  private final ClassCatalog classes;
  private final Map<Place, List<Target>> promoted = new HashMap<>();

  HostFields(ClassCatalog classes) {
    this.classes = classes;
  }

  /** One position of the values of a subgraph node: where its value goes, and what it must fit. */
  record Target(Place place, Field field) {}

  /**
   * A line of {@code proxyWidgets}.
   *
   * @param node the node inside, or {@code -1} for the subgraph node itself
   * @param name the name that the field has there
   * @param leaf the innermost node, where several fields have that name; else empty
   */
  private record Proxy(String node, String name, String leaf) {
    boolean isNamed(String wanted) {
      // Editors up to 1.30 name a field of a nested subgraph by its node as well.
      return name.equals(wanted) || wanted.equals(node + ": " + name);
    }
  }

  /** The fields that the inputs of a subgraph node lead to, in the node's order. */
  List<Target> promoted(Place host) {
    return promoted.computeIfAbsent(host, this::find);
  }

  private List<Target> find(Place host) {
    GraphInstance inside = host.inside().orElseThrow();
    List<Target> found = new ArrayList<>();
    for (Boundary boundary : ordered(host.node(), inside.graph().inputs())) {
      for (String link : boundary.links()) {
        Optional<Field> field =
            inside.target(link).flatMap(end -> field(end.place(), end.socket()));
        if (field.isPresent()) {
          boolean isLinked = host.node().isLinked(boundary.name());
          Field shown = field.get().under(boundary.name());
          found.add(new Target(host, isLinked ? shown.linked() : shown));
          break;
        }
      }
    }
    return found;
  }

  // The inputs can be in another order on the node than in the definition; the node's counts.
  private static List<Boundary> ordered(EditorNode host, List<Boundary> inputs) {
    List<Boundary> ordered = new ArrayList<>();
    for (Socket socket : host.inputs()) {
      inputs.stream()
          .filter(it -> it.name().equals(socket.name()))
          .findFirst()
          .ifPresent(ordered::add);
    }
    return ordered.size() == inputs.size() ? ordered : inputs;
  }

  private Optional<Field> field(Place start, Socket end) {
    Place place = start;
    Socket socket = end;
    // Each turn goes one subgraph deeper.
    while (place.inside().isPresent()) {
      GraphInstance inside = place.inside().get();
      String name = socket.name();
      Optional<GraphInstance.End> next =
          inside.graph().inputs().stream()
              .filter(it -> it.name().equals(name))
              .findFirst()
              .flatMap(it -> it.links().stream().findFirst())
              .flatMap(inside::target);
      if (next.isEmpty()) {
        return Optional.empty();
      }
      place = next.get().place();
      socket = next.get().socket();
    }
    return fieldOf(place, socket.name(), socket.isWidget(), socket.type());
  }

  private Optional<Field> fieldOf(Place place, String name, boolean isWidget, String type) {
    Optional<NodeClass> known = classes.find(place.node().type());
    Fields fields = new Fields(classes, place.node());
    Optional<Field> declared =
        known.stream()
            .flatMap(nodeClass -> nodeClass.inputs().stream())
            .filter(input -> brings(input, name))
            .flatMap(input -> fields.of(input).stream())
            .filter(field -> field.isValue() && field.key().equals(name))
            .findFirst();
    return declared
        .map(field -> Field.of(field.input(), false))
        .or(
            () ->
                isWidget
                    ? Optional.of(
                        Field.of(Fields.unknown(name, type.isEmpty() ? "*" : type), false))
                    : Optional.empty());
  }

  private static boolean brings(Declared input, String name) {
    return input.name().equals(name)
        || (input.type().equals(Declared.AUTOGROW) && name.startsWith(input.name() + "."));
  }

  /**
   * The fields that {@code proxyWidgets} of a subgraph node lists, in its order. What leads nowhere
   * any more keeps its position.
   *
   * @throws ConversionException where a line can mean several fields
   */
  List<Target> proxies(Place host) throws ConversionException {
    List<Target> found = new ArrayList<>();
    for (Proxy proxy : listed(host)) {
      List<Target> targets = targets(host, proxy);
      if (targets.size() > 1) {
        throw new ConversionException(
            ConversionFault.of(
                host,
                "Its field "
                    + ConversionFault.cut(proxy.name())
                    + " can be that of several nodes in the subgraph",
                "give the inputs of the subgraph names of their own and save the workflow again"));
      }
      found.add(
          targets.isEmpty()
              ? new Target(host, Field.of(Fields.unknown(proxy.name(), "*"), false).as(Role.FORMER))
              : targets.get(0));
    }
    return found;
  }

  private static List<Proxy> listed(Place host) {
    List<Proxy> found = new ArrayList<>();
    JsonNode listed = host.node().properties().path("proxyWidgets");
    for (int i = 0; i < Math.min(listed.size(), MOST_PROXIES); i++) {
      JsonNode proxy = listed.path(i);
      found.add(
          new Proxy(proxy.path(0).asText(), proxy.path(1).asText(), proxy.path(2).asText("")));
    }
    return found;
  }

  /** A line of a subgraph node that is still to be followed. */
  private record Step(Place host, Proxy proxy) {}

  /** The fields that a line can mean. Each step leads one subgraph deeper. */
  private List<Target> targets(Place start, Proxy first) {
    Set<Target> found = new LinkedHashSet<>();
    Deque<Step> open = new ArrayDeque<>(List.of(new Step(start, first)));
    for (int steps = 0; !open.isEmpty() && steps < MOST_STEPS; steps++) {
      Step step = open.poll();
      Place host = step.host();
      String name = step.proxy().name();
      Optional<Place> place = host.inside().flatMap(inside -> inside.place(step.proxy().node()));
      Optional<Target> target =
          step.proxy().node().equals(HOST)
              ? named(promoted(host), name)
              : place.flatMap(it -> target(host, it, name));
      if (target.isPresent()) {
        found.add(target.get());
      } else if (place.flatMap(Place::inside).isPresent()) {
        listed(place.get()).stream()
            .filter(it -> it.isNamed(name))
            .forEach(it -> open.add(new Step(place.get(), it)));
      }
    }
    List<Target> atLeaf =
        found.stream().filter(it -> it.place().node().id().equals(first.leaf())).toList();
    return atLeaf.size() == 1 ? atLeaf : List.copyOf(found);
  }

  private static Optional<Target> named(List<Target> promoted, String name) {
    return promoted.stream().filter(it -> it.field().key().equals(name)).findFirst();
  }

  private Optional<Target> target(Place host, Place place, String name) {
    Optional<Socket> socket = place.node().input(name);
    Optional<Target> linked =
        socket
            .flatMap(Socket::link)
            .flatMap(
                link ->
                    place.instance().graph().inputs().stream()
                        .filter(it -> it.links().contains(link))
                        .findFirst())
            .flatMap(boundary -> named(promoted(host), boundary.name()));
    if (linked.isPresent()) {
      return linked;
    }
    if (classes.kind(place.node()) == NodeKind.PRIMITIVE) {
      return name.equals(HostValues.PRIMITIVE)
          ? Optional.of(
              new Target(place, Field.of(Fields.unknown(HostValues.PRIMITIVE, "*"), false)))
          : Optional.empty();
    }
    Optional<Field> field =
        place.inside().isPresent()
            ? socket.flatMap(it -> field(place, it)).map(it -> it.under(name))
            : fieldOf(place, name, socket.filter(Socket::isWidget).isPresent(), "*");
    return field.map(it -> new Target(place, it));
  }
}
