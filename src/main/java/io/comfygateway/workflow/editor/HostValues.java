package io.comfygateway.workflow.editor;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.workflow.editor.EditorGraph.Boundary;
import io.comfygateway.workflow.editor.Field.Role;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The values that stand on subgraph nodes for fields of the nodes inside. An input of a subgraph
 * that leads to a field shows that field; {@code proxyWidgets} of some editors lists these and
 * further fields of nodes inside.
 */
final class HostValues {
  /** The name of a primitive's only field. */
  static final String PRIMITIVE = "value";

  private static final String HOST = "-1";
  private static final int MOST_PROXIES = 1_000;
  private static final String RESAVE =
      "open the workflow in an editor on this ComfyUI, check the subgraph and save it again";

  private final ClassCatalog classes;
  private final Map<Place, Map<String, JsonNode>> values = new HashMap<>();

  HostValues(ClassCatalog classes) {
    this.classes = classes;
  }

  /** The value that a subgraph node, or one around it, has for an input of the subgraph. */
  Optional<JsonNode> value(Place host, String input) {
    return override(host, input);
  }

  /** The value that a subgraph around a node sets in one of the node's fields. */
  Optional<JsonNode> override(Place place, String field) {
    return Optional.ofNullable(values.get(place)).map(set -> set.get(field));
  }

  /** Sets a value, unless one further out has set it already. */
  void set(Place place, String field, JsonNode value) {
    values.computeIfAbsent(place, it -> new HashMap<>()).putIfAbsent(field, value);
  }

  /** One position of the values of a subgraph node: where its value goes, and what it must fit. */
  private record Target(Place place, Field field) {}

  /** Reads the values of a subgraph node; those around it must have been read before. */
  void read(Place host, GraphInstance inside) throws ConversionException {
    EditorNode node = host.node();
    List<Target> promoted = promoted(host, inside);
    if (node.named().isObject()) {
      takeNamed(host, promoted, proxies(host, inside, promoted));
      return;
    }
    List<JsonNode> list = ValueList.of(node.values()).orElse(List.of());
    if (list.isEmpty()) {
      return;
    }
    List<Target> proxies = proxies(host, inside, promoted);
    List<Target> own = proxies.stream().filter(it -> it.place().equals(host)).toList();
    if (!proxies.isEmpty() && fits(proxies, list)) {
      takeAll(proxies, list);
    } else if (!own.isEmpty() && fits(own, list)) {
      takeAll(own, list);
    } else {
      align(host, promoted, list);
    }
  }

  private static boolean fits(List<Target> targets, List<JsonNode> list) {
    if (targets.size() != list.size()) {
      return false;
    }
    for (int i = 0; i < list.size(); i++) {
      if (!list.get(i).isNull() && targets.get(i).field().fit(list.get(i)) == ValueFit.NONE) {
        return false;
      }
    }
    return true;
  }

  private void takeAll(List<Target> targets, List<JsonNode> list) {
    for (int i = 0; i < list.size(); i++) {
      if (!list.get(i).isNull() && targets.get(i).field().isValue()) {
        take(targets.get(i), list.get(i));
      }
    }
  }

  private void takeNamed(Place host, List<Target> promoted, List<Target> proxies)
      throws ConversionException {
    Map<String, Target> taken = new HashMap<>();
    for (Target target : Stream.concat(promoted.stream(), proxies.stream()).toList()) {
      String name = target.field().key();
      JsonNode value = host.node().named().get(name);
      if (value == null || value.isNull() || !target.field().isValue()) {
        continue;
      }
      Target other = taken.putIfAbsent(name, target);
      if ((other != null && !other.equals(target)) || target.field().fit(value) == ValueFit.NONE) {
        throw misfit(host);
      }
      take(target, value);
    }
  }

  private static ConversionException misfit(Place host) {
    return new ConversionException(
        ConversionFault.of(host, "The values on the subgraph do not fit its inputs", RESAVE));
  }

  private void take(Target target, JsonNode value) {
    set(target.place(), target.field().key(), value);
  }

  private void align(Place host, List<Target> promoted, List<JsonNode> list)
      throws ConversionException {
    List<Field> fields = new ArrayList<>();
    for (Target target : promoted) {
      fields.add(target.field());
      if (target.field().input().isControlled()) {
        fields.add(target.field().as(Role.CONTROL));
      }
    }
    Reading reading =
        new Alignment(list, (combo, value) -> List.of())
            .read(fields)
            .filter(it -> it.rest().stream().allMatch(Field::isIdle))
            .orElseThrow(() -> misfit(host));
    reading.values().forEach((name, value) -> set(host, name, value));
  }

  private List<Target> promoted(Place host, GraphInstance inside) {
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

  private List<Target> proxies(Place host, GraphInstance inside, List<Target> promoted) {
    List<Target> found = new ArrayList<>();
    JsonNode listed = host.node().properties().path("proxyWidgets");
    for (int i = 0; i < Math.min(listed.size(), MOST_PROXIES); i++) {
      JsonNode proxy = listed.path(i);
      String id = proxy.path(0).asText();
      String name = proxy.path(1).asText();
      Optional<Target> target =
          id.equals(HOST) ? named(promoted, name) : inside(inside, promoted, id, name);
      found.add(
          target.orElseGet(
              () -> new Target(host, Field.of(Fields.unknown(name, "*"), false).as(Role.FORMER))));
    }
    return found;
  }

  private static Optional<Target> named(List<Target> promoted, String name) {
    return promoted.stream().filter(it -> it.field().key().equals(name)).findFirst();
  }

  private Optional<Target> inside(
      GraphInstance inside, List<Target> promoted, String id, String name) {
    Optional<Place> place = inside.place(id);
    if (place.isEmpty()) {
      return Optional.empty();
    }
    Optional<Socket> socket = place.get().node().input(name);
    Optional<Target> linked =
        socket
            .flatMap(Socket::link)
            .flatMap(
                link ->
                    inside.graph().inputs().stream()
                        .filter(it -> it.links().contains(link))
                        .findFirst())
            .flatMap(boundary -> named(promoted, boundary.name()));
    if (linked.isPresent()) {
      return linked;
    }
    if (classes.kind(place.get().node()) == NodeKind.PRIMITIVE) {
      return name.equals(PRIMITIVE)
          ? Optional.of(new Target(place.get(), Field.of(Fields.unknown(PRIMITIVE, "*"), false)))
          : Optional.empty();
    }
    Optional<Field> field =
        place.get().inside().isPresent()
            ? socket.flatMap(it -> field(place.get(), it)).map(it -> it.under(name))
            : fieldOf(place.get(), name, socket.filter(Socket::isWidget).isPresent(), "*");
    return field.map(it -> new Target(place.get(), it));
  }
}
