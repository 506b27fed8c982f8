package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A ComfyUI graph in API format: node id → {@code {class_type, inputs, _meta}}. Immutable; a change
 * gives a new graph, which shares the nodes that did not change.
 */
public final class Graph {
  private final ObjectNode root;
  private final Map<String, GraphNode> nodes;
  private final NodeNames names;
  private final List<SharedValue> shared;
  private final Map<Address, SharedValue> sharedByTarget = new HashMap<>();
  // Threads that find it unset compute the same value.
  private volatile @Nullable Map<String, Address> inputNames;

  /** Owns {@code root}; the caller must not keep a reference to it. */
  Graph(ObjectNode root) {
    this(root, List.of());
  }

  private Graph(ObjectNode root, List<SharedValue> shared) {
    this.root = root;
    this.shared = shared;
    for (SharedValue value : shared) {
      value.targets().forEach(target -> sharedByTarget.put(target, value));
    }
    Map<String, GraphNode> read = new LinkedHashMap<>();
    root.properties().forEach(e -> read.put(e.getKey(), read(e.getKey(), e.getValue())));
    this.nodes = Collections.unmodifiableMap(read);
    this.names = new NodeNames(read.values());
  }

  /**
   * How large a graph may be.
   *
   * @param maxNodes nodes in the graph
   * @param maxDepth levels of JSON in one input's value
   * @param maxText characters (UTF-16) of one text
   */
  public record Limits(int maxNodes, int maxDepth, int maxText) {
    /** Room for the largest graphs that people draw. */
    public static final Limits STANDARD = new Limits(5_000, 32, 1_000_000);

    /** The same for texts of any length. */
    public Limits withLongTexts() {
      return new Limits(maxNodes, maxDepth, Integer.MAX_VALUE);
    }
  }

  /**
   * Reads a graph, also out of {@code {"prompt": …}} or {@code {"workflow": …}} around it.
   *
   * @param pointer where the value is in the request, such as {@code /prompt}
   * @throws Problem {@link ProblemType#INVALID_WORKFLOW} with every fault and its pointer
   */
  public static Graph parse(JsonNode value, String pointer, Limits limits) {
    return new GraphReader(limits).read(value, pointer);
  }

  /**
   * Requires that no text exceeds the limit. {@link #parse} does not limit texts that may be files.
   *
   * @throws Problem {@link ProblemType#INVALID_WORKFLOW} with every one that is
   */
  public void requireShortTexts(String pointer, Limits limits) {
    new GraphReader(limits).requireShortTexts(this, pointer);
  }

  /** The nodes, in the graph's order. */
  public Collection<GraphNode> nodes() {
    return nodes.values();
  }

  /** The node with this id. */
  public Optional<GraphNode> node(String id) {
    return Optional.ofNullable(nodes.get(id));
  }

  /**
   * The nodes that a name may mean: those with this title, otherwise those of this class. Often
   * several: the editor's titles are the classes' names.
   */
  public List<GraphNode> named(String name) {
    return names.of(name);
  }

  /**
   * The node with this id or, where no id matches, of this title or class.
   *
   * @throws Problem {@link ProblemType#INVALID_WORKFLOW} if there is none, and where several nodes
   *     have the title or the class
   */
  public GraphNode find(String idOrName) {
    if (nodes.containsKey(idOrName)) {
      return nodes.get(idOrName);
    }
    List<GraphNode> named = named(idOrName);
    if (named.size() == 1) {
      return named.get(0);
    }
    throw new Problem(
        ProblemType.INVALID_WORKFLOW,
        named.isEmpty()
            ? "No node has the id, the title or the class \""
                + idOrName
                + "\"; there are "
                + labels(nodes())
            : "Several nodes have the "
                + (named.get(0).title().filter(idOrName.strip()::equals).isPresent()
                    ? "title"
                    : "class")
                + " \""
                + idOrName
                + "\": say which by its id, one of "
                + named.stream().limit(20).map(GraphNode::id).collect(Collectors.joining(", ")));
  }

  /** The inputs whose value is in the graph, by the names that {@link DerivedNames} gives them. */
  Map<String, Address> inputNames() {
    Map<String, Address> known = inputNames;
    if (known == null) {
      known = DerivedNames.of(this);
      inputNames = known;
    }
    return known;
  }

  /** A graph with other values in some inputs; a link that stood there is replaced. */
  public Graph with(Map<Address, ? extends JsonNode> changes) {
    if (changes.isEmpty()) {
      return this;
    }
    ObjectNode changed = root.objectNode().setAll(root);
    Map<String, ObjectNode> opened = new LinkedHashMap<>();
    changes.forEach(
        (address, value) ->
            opened
                .computeIfAbsent(address.node(), this::open)
                .withObjectProperty("inputs")
                .set(address.field(), value.deepCopy()));
    changed.setAll(opened);
    return new Graph(changed, shared);
  }

  /**
   * The same graph with what the file of the editor that it was made from has as one value.
   *
   * @param editor the file; what it says is taken as far as the graph confirms it
   */
  public Graph sharingAs(JsonNode editor) {
    return sharing(SharedValue.of(editor, this));
  }

  /**
   * The same graph with what is one value in several nodes. Literals that it lacks do not count,
   * and what it knew before holds for the other literals.
   */
  Graph sharing(List<SharedValue> values) {
    List<SharedValue> all = new ArrayList<>();
    Set<Address> taken = new HashSet<>();
    for (SharedValue value : Stream.concat(values.stream(), shared.stream()).toList()) {
      List<Address> own =
          value.targets().stream()
              .filter(target -> SharedValue.value(this, target).isPresent() && taken.add(target))
              .sorted(Comparator.comparing(Address::node, DerivedNames::byAge))
              .toList();
      if (!own.isEmpty()) {
        all.add(new SharedValue(value.node(), value.title(), own));
      }
    }
    return values.isEmpty() ? this : new Graph(root, List.copyOf(all));
  }

  /** The same graph with the shared values of another, as far as it has them. */
  public Graph sharingAs(Graph other) {
    return sharing(other.shared);
  }

  /** What an editor's file has as one value. */
  List<SharedValue> shared() {
    return shared;
  }

  /** What the editor has as one value with a literal; empty if that is known of none. */
  Optional<SharedValue> shared(Address literal) {
    return Optional.ofNullable(sharedByTarget.get(literal));
  }

  /**
   * The literals that have one value in the editor with this one, which is among them; those of the
   * oldest node first.
   */
  List<Address> alike(Address literal) {
    return shared(literal).map(SharedValue::targets).orElse(List.of(literal));
  }

  /** A copy of the graph in the form that ComfyUI accepts. */
  public ObjectNode toJson() {
    return root.deepCopy();
  }

  /** Its JSON text. */
  @Override
  public String toString() {
    return root.toString();
  }

  private ObjectNode open(String id) {
    if (!nodes.containsKey(id)) {
      throw new IllegalArgumentException("no node " + id);
    }
    ObjectNode node = root.objectNode().setAll((ObjectNode) root.get(id));
    node.set("inputs", root.objectNode().setAll((ObjectNode) root.get(id).get("inputs")));
    return node;
  }

  private static GraphNode read(String id, JsonNode node) {
    Map<String, JsonNode> inputs = new LinkedHashMap<>();
    node.path("inputs").properties().forEach(e -> inputs.put(e.getKey(), e.getValue()));
    JsonNode title = node.path("_meta").path("title");
    return new GraphNode(
        id,
        node.path("class_type").asText(),
        Optional.of(title.asText("").strip()).filter(text -> !text.isBlank()),
        inputs);
  }

  private static String labels(Collection<GraphNode> nodes) {
    String some = nodes.stream().limit(20).map(GraphNode::label).collect(Collectors.joining(", "));
    return nodes.size() > 20 ? some + ", …" : some;
  }
}
