package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The names that the literals of a graph get where no sidecar names them. They depend on the graph
 * alone, and ids break ties: the editor gives a new node the highest id, so that it takes no name
 * from another.
 *
 * <p>{@code prompt} and {@code negative_prompt} are the texts that the {@link MainSampler} gets. A
 * well-known field, such as {@code steps}, is called so where the main sampler or one of its parts
 * has it; otherwise in what it depends on; otherwise in any node. Every other literal is {@code
 * Title.field} or {@code Class.field} for the first node of that title or class, and {@code
 * id.field} for the rest.
 *
 * <p>A value that the editor has once ({@link SharedValue}) has one name for all nodes that get it.
 * A primitive's title is that name where no well-known one is, or where several are.
 */
final class DerivedNames {
  /** Fields that keep their own name, in the order of a form. */
  private static final Map<String, String> WELL_KNOWN = new LinkedHashMap<>();

  /** Fields that have another name in one class. */
  private static final Map<String, String> IN_CLASS =
      Map.of("LoadImageMask.image", "mask", "LoadVideo.file", "video");

  static {
    for (String name :
        List.of(
            "prompt",
            "negative_prompt",
            "image",
            "mask",
            "video",
            "audio",
            "width",
            "height",
            "length",
            "fps",
            "batch_size",
            "seed",
            "steps",
            "cfg",
            "guidance",
            "sampler_name",
            "scheduler",
            "denoise")) {
      WELL_KNOWN.put(name, name);
    }
    WELL_KNOWN.put("noise_seed", "seed");
    WELL_KNOWN.put("frame_rate", "fps");
  }

  private final Graph graph;
  private final List<GraphNode> ordered;
  private final MainSampler sampler;
  private final LiteralSource source;
  private final Map<String, SharedValue> titled = new HashMap<>();
  private final Map<String, Address> names = new LinkedHashMap<>();
  private final Set<Address> named = new HashSet<>();

  private DerivedNames(Graph graph) {
    this.graph = graph;
    this.ordered =
        graph.nodes().stream()
            .sorted(Comparator.comparing(GraphNode::id, DerivedNames::byAge))
            .toList();
    this.sampler = new MainSampler(graph, ordered);
    this.source = new LiteralSource(graph);
    graph.shared().stream()
        .filter(value -> value.title().isPresent())
        .sorted(Comparator.comparing(SharedValue::node, DerivedNames::byAge))
        .forEach(value -> titled.putIfAbsent(value.title().orElseThrow(), value));
  }

  /** The name of each literal, the most important ones first. */
  static Map<String, Address> of(Graph graph) {
    DerivedNames derived = new DerivedNames(graph);
    derived.nameTexts();
    derived.nameWellKnown();
    derived.nameByNode();
    return Collections.unmodifiableMap(derived.names);
  }

  /** Compares ids: numbers before words, and each part of {@code 12:5} by itself. */
  static int byAge(String one, String other) {
    String[] a = one.split(":", -1);
    String[] b = other.split(":", -1);
    for (int i = 0; i < Math.min(a.length, b.length); i++) {
      int compared = comparePart(a[i], b[i]);
      if (compared != 0) {
        return compared;
      }
    }
    return Integer.compare(a.length, b.length);
  }

  private static int comparePart(String one, String other) {
    boolean isNumber = isNumber(one);
    if (isNumber && isNumber(other)) {
      int byLength = Integer.compare(one.length(), other.length());
      return byLength != 0 ? byLength : one.compareTo(other);
    }
    return isNumber == isNumber(other) ? one.compareTo(other) : isNumber ? -1 : 1;
  }

  private static boolean isNumber(String part) {
    return !part.isEmpty() && part.chars().allMatch(letter -> letter >= '0' && letter <= '9');
  }

  private void put(String name, Address address) {
    if (!names.containsKey(name) && named.add(address)) {
      names.put(name, address);
      named.addAll(graph.alike(address));
    }
  }

  private void nameTexts() {
    text("positive").ifPresent(address -> put("prompt", address));
    // Where both sides come from one text, it is the prompt.
    text("negative").ifPresent(address -> put("negative_prompt", address));
  }

  private Optional<Address> text(String role) {
    return sampler.conditioning(role).flatMap(link -> source.text(link, role));
  }

  private void nameWellKnown() {
    Map<String, Address> found = new HashMap<>();
    Set<String> looked = new HashSet<>();
    Set<String> all = ordered.stream().map(GraphNode::id).collect(Collectors.toSet());
    for (Set<String> nodes : List.of(sampler.parts(), sampler.upstream(), all)) {
      for (GraphNode node : ordered) {
        if (nodes.contains(node.id()) && looked.add(node.id())) {
          find(node, found);
        }
      }
    }
    for (String name : new LinkedHashSet<>(WELL_KNOWN.values())) {
      Optional.ofNullable(found.get(name))
          .filter(this::isOfOneName)
          .ifPresent(address -> put(name, address));
    }
  }

  /** A titled primitive that sets width and height is neither of them. */
  private boolean isOfOneName(Address address) {
    return title(address).isEmpty()
        || graph.alike(address).stream()
                .flatMap(
                    it ->
                        graph.node(it.node()).flatMap(node -> wellKnown(node, it.field())).stream())
                .distinct()
                .count()
            < 2;
  }

  /** The title of the primitive that sets a literal, if none before it has the title. */
  private Optional<String> title(Address address) {
    return graph
        .shared(address)
        .filter(
            value ->
                value
                    .title()
                    .flatMap(it -> Optional.ofNullable(titled.get(it)))
                    .equals(Optional.of(value)))
        .flatMap(SharedValue::title)
        .filter(title -> isUnmistakable(title, address));
  }

  private void find(GraphNode node, Map<String, Address> found) {
    for (String field : node.inputs().keySet()) {
      Optional<String> name = wellKnown(node, field).filter(it -> !found.containsKey(it));
      name.flatMap(it -> source.of(node, field))
          .filter(this::isValue)
          .ifPresent(address -> found.put(name.orElseThrow(), address));
    }
  }

  private static Optional<String> wellKnown(GraphNode node, String field) {
    String inClass = IN_CLASS.get(node.classType() + "." + field);
    return Optional.ofNullable(inClass != null ? inClass : WELL_KNOWN.get(field));
  }

  private boolean isValue(Address address) {
    return graph
        .node(address.node())
        .flatMap(node -> node.literal(address.field()))
        .filter(JsonNode::isValueNode)
        .filter(value -> !value.isNull())
        .isPresent();
  }

  private void nameByNode() {
    Map<String, GraphNode> owners = new HashMap<>();
    ordered.forEach(node -> owners.putIfAbsent(label(node), node));
    for (GraphNode node : graph.nodes()) {
      for (String field : node.inputs().keySet()) {
        Address address = new Address(node.id(), field);
        if (node.literal(field).isPresent() && !named.contains(address)) {
          Address first = graph.alike(address).get(0);
          title(first).ifPresent(title -> put(title, first));
          put(name(graph.node(first.node()).orElseThrow(), first, owners), first);
          put(first.toString(), first);
        }
      }
    }
  }

  private String name(GraphNode node, Address address, Map<String, GraphNode> owners) {
    String label = label(node);
    String name = label + "." + address.field();
    boolean isOwn =
        node.id().equals(owners.getOrDefault(label, node).id()) && graph.node(label).isEmpty();
    return isOwn && isUnmistakable(name, address) ? name : address.toString();
  }

  // Ids, titles and fields may all have dots in them. Names with very many dots are skipped.
  private boolean isUnmistakable(String name, Address address) {
    int tried = 0;
    for (int dot = name.indexOf('.'); dot > 0; dot = name.indexOf('.', dot + 1)) {
      if (++tried > Addresses.MOST_BORDERS) {
        return false;
      }
      Optional<GraphNode> other = graph.node(name.substring(0, dot));
      if (other.isPresent()
          && !new Address(other.get().id(), name.substring(dot + 1)).equals(address)) {
        return false;
      }
    }
    return true;
  }

  private static String label(GraphNode node) {
    return node.title().orElse(node.classType().strip());
  }
}
