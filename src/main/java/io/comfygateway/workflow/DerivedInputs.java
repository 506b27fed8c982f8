package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.comfygateway.workflow.ObjectInfo.InputDeclaration;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The inputs of a graph that no sidecar describes: their {@link DerivedNames}, and of each what the
 * servers declare of its type, range and choices.
 */
final class DerivedInputs {
  private final Graph graph;
  private final Optional<ObjectInfo> objectInfo;
  private final UploadInputs uploads;
  private final SeedFinder seeds;

  DerivedInputs(Graph graph, Optional<ObjectInfo> objectInfo) {
    this.graph = graph;
    this.objectInfo = objectInfo;
    this.uploads = new UploadInputs(objectInfo);
    this.seeds = new SeedFinder(graph, objectInfo);
  }

  /**
   * An input that is derived.
   *
   * @param name what callers write
   * @param address where its value is; one of the targets of its spec
   * @param spec its type, range, choices and targets; empty if its type is unknown
   */
  record Derived(String name, Address address, Optional<InputSpec> spec) {}

  List<Derived> all() {
    List<Derived> found = new ArrayList<>();
    graph
        .inputNames()
        .forEach(
            (name, address) ->
                found.add(new Derived(name, address, spec(name, graph.alike(address)))));
    return found;
  }

  /** What is known of literals that one input sets; empty where not even the type of one is. */
  Optional<InputSpec> spec(String name, List<Address> targets) {
    return CommonSpec.of(targets.stream().flatMap(target -> spec(name, target).stream()).toList());
  }

  private Optional<InputSpec> spec(String name, Address address) {
    GraphNode node = graph.node(address.node()).orElseThrow();
    JsonNode literal = node.literal(address.field()).orElse(MissingNode.getInstance());
    Optional<InputDeclaration> declared =
        objectInfo.flatMap(info -> info.input(node, address.field()));
    if (!literal.isValueNode()) {
      return Optional.empty();
    }
    Optional<InputType> media = uploads.kind(node, address.field());
    List<JsonNode> choices =
        media.isPresent() ? List.of() : declared.map(ChoiceSource::listed).orElse(List.of());
    return media
        .or(() -> type(node, address, declared, choices))
        .or(() -> InputType.of(literal))
        .map(
            type -> {
              InputSpec spec = limited(name, address, type, declared, choices);
              return !choices.isEmpty() && source(node, address, declared)
                  ? spec.from(new ChoiceSource(node.classType(), address.field()))
                  : spec;
            });
  }

  private Optional<InputType> type(
      GraphNode node,
      Address address,
      Optional<InputDeclaration> declared,
      List<JsonNode> choices) {
    if (!choices.isEmpty()) {
      return Optional.of(InputType.CHOICE);
    }
    Optional<InputType> type = declared.flatMap(it -> InputType.declared(it.type()));
    boolean isWhole = type.filter(InputType.INTEGER::equals).isPresent() || declared.isEmpty();
    return isWhole && seeds.isSeed(node, address.field()) ? Optional.of(InputType.SEED) : type;
  }

  // An input that depends on the value of another one has no name in its class.
  private boolean source(GraphNode node, Address address, Optional<InputDeclaration> declared) {
    return declared.filter(InputDeclaration::isNested).isEmpty()
        && objectInfo.flatMap(info -> info.input(node.classType(), address.field())).isPresent();
  }

  private InputSpec limited(
      String name,
      Address address,
      InputType type,
      Optional<InputDeclaration> declared,
      List<JsonNode> choices) {
    JsonNode options = declared.map(InputDeclaration::options).orElse(MissingNode.getInstance());
    Optional<BigDecimal> min = type.isNumeric() ? bound(options.path("min")) : Optional.empty();
    Optional<BigDecimal> max = type.isNumeric() ? bound(options.path("max")) : Optional.empty();
    String tooltip = options.path("tooltip").asText("");
    return new InputSpec(
            name,
            type,
            List.of(address),
            tooltip,
            Optional.empty(),
            min,
            max,
            step(type, min, options, address),
            OptionalInt.empty(),
            choices,
            false,
            Set.of())
        .with(
            new InputHints(
                title(graph, address),
                "",
                List.of(),
                type == InputType.STRING && options.path("multiline").asBoolean(false),
                options.path("advanced").asBoolean(false),
                false));
  }

  /**
   * The title of the primitive that sets a literal; otherwise the node's title or class, with its
   * id where several are called so, and the field.
   */
  static String title(Graph graph, Address address) {
    Optional<String> primitive = graph.shared(address).flatMap(SharedValue::title);
    if (primitive.isPresent()) {
      return Excerpt.of(primitive.get());
    }
    GraphNode node = graph.node(address.node()).orElseThrow();
    String name = node.title().orElse(node.classType());
    boolean isOnly = graph.named(name).size() == 1;
    return Excerpt.of(name)
        + (isOnly ? "" : " (" + Excerpt.of(node.id()) + ")")
        + ": "
        + address.field();
  }

  private static Optional<BigDecimal> bound(JsonNode bound) {
    return Optional.of(bound)
        .filter(it -> it.isNumber() && Double.isFinite(it.doubleValue()))
        .map(JsonNode::decimalValue);
  }

  /**
   * The declared step, where every validator counts it alike: it is exact in binary, and the least
   * value, the default and the graph's own are multiples of it.
   */
  private Optional<BigDecimal> step(
      InputType type, Optional<BigDecimal> min, JsonNode options, Address address) {
    boolean isPlain = type == InputType.INTEGER || type == InputType.NUMBER;
    Optional<BigDecimal> step =
        isPlain
            ? bound(options.path("step"))
                .filter(it -> it.signum() > 0)
                .filter(it -> type == InputType.NUMBER || it.compareTo(BigDecimal.ONE) != 0)
                .filter(it -> new BigDecimal(it.doubleValue()).compareTo(it) == 0)
            : Optional.empty();
    Optional<BigDecimal> own =
        graph
            .node(address.node())
            .flatMap(node -> node.literal(address.field()))
            .flatMap(DerivedInputs::bound);
    return step.filter(
        it ->
            List.of(min, bound(options.path("default")), own).stream()
                .flatMap(Optional::stream)
                .allMatch(value -> value.remainder(it).signum() == 0));
  }
}
