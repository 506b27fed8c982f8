package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.comfygateway.workflow.GraphNode.Link;
import io.comfygateway.workflow.ObjectInfo.InputDeclaration;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the literals that the seeds of a graph come from.
 *
 * <p>An input is a seed where {@code /object_info} marks it {@code control_after_generate}, and
 * where it is called {@code seed} or {@code noise_seed}, as ComfyUI's editor has it too. A link in
 * it is followed back through reroutes to a node that holds one number.
 */
final class SeedFinder {
  private static final List<String> NAMES = List.of("seed", "noise_seed");

  /** How placeholders begin that other programs replace by a value. */
  private static final String PLACEHOLDERS = "%{$_<[";

  private final Graph graph;
  private final Optional<ObjectInfo> objectInfo;
  private final Map<Address, Optional<Map.Entry<Address, Range>>> sources = new HashMap<>();

  SeedFinder(Graph graph, Optional<ObjectInfo> objectInfo) {
    this.graph = graph;
    this.objectInfo = objectInfo;
  }

  /**
   * What a seed may be.
   *
   * @param min the least value
   * @param max the greatest value; beyond a long for most samplers, 18446744073709551615
   * @param isDeclared whether a server says so; otherwise it is the range of most samplers
   */
  record Range(BigInteger min, BigInteger max, boolean isDeclared) {
    @SuppressWarnings("ArgumentSelectionDefectChecker")
    Range within(Range other) {
      return new Range(min.max(other.min), max.min(other.max), isDeclared || other.isDeclared);
    }

    boolean holds(BigInteger value) {
      return value.compareTo(min) >= 0 && value.compareTo(max) <= 0;
    }
  }

  /** The literal of every seed, with the range that it and all that take it allow. */
  Map<Address, Range> find() {
    Map<Address, Range> found = new LinkedHashMap<>();
    for (GraphNode node : graph.nodes()) {
      for (String field : node.inputs().keySet()) {
        if (isSeed(node, field)) {
          source(node, field).ifPresent(s -> found.merge(s.getKey(), s.getValue(), Range::within));
        }
      }
    }
    return found;
  }

  /** Whether an input is a seed; of a dynamic combo, {@code model.seed} is one as well. */
  boolean isSeed(GraphNode node, String field) {
    return NAMES.contains(field.substring(field.lastIndexOf('.') + 1))
        || (declared(node, field).filter(InputDeclaration::isSeed).isPresent()
            && !isNumberNode(node));
  }

  /**
   * A node such as PrimitiveInt only holds a number for others, be it a width or a seed. ComfyUI
   * marks its value as a seed all the same, so it counts only where a seed is linked to it.
   */
  private boolean isNumberNode(GraphNode node) {
    return objectInfo
        .flatMap(info -> info.describe(node.classType()))
        .map(description -> description.path("output").path(0).asText(""))
        .filter(Set.of("INT", "*")::contains)
        .isPresent();
  }

  // Each input is followed once, however many lead to it.
  private Optional<Map.Entry<Address, Range>> source(GraphNode seeded, String seed) {
    Deque<Map.Entry<Address, Range>> path = new ArrayDeque<>();
    Optional<Map.Entry<Address, Range>> found = Optional.empty();
    Optional<GraphNode> node = Optional.of(seeded);
    String field = seed;
    while (node.isPresent()) {
      Address address = new Address(node.get().id(), field);
      Optional<Map.Entry<Address, Range>> known = sources.get(address);
      if (known != null) {
        found = known;
        break;
      }
      // In a circle the path comes back to an input that has no source yet, and so has none.
      sources.put(address, Optional.empty());
      Range range = range(node.get(), field);
      Optional<Link> link = node.get().link(field);
      if (link.isEmpty()) {
        found = literal(node.get(), address, range);
        sources.put(address, found);
        break;
      }
      path.push(Map.entry(address, range));
      node = graph.node(link.get().node());
      Optional<String> next = node.flatMap(this::passedOn);
      node = next.isPresent() ? node : Optional.empty();
      field = next.orElse("");
    }
    for (Map.Entry<Address, Range> step : path) {
      Optional<Map.Entry<Address, Range>> from = found;
      found = from.map(s -> Map.entry(s.getKey(), step.getValue().within(s.getValue())));
      sources.put(step.getKey(), found);
    }
    return found;
  }

  private Optional<Map.Entry<Address, Range>> literal(
      GraphNode node, Address address, Range range) {
    return node.literal(address.field())
        .filter(literal -> isPlace(node, address.field(), literal))
        .map(literal -> Map.entry(address, range));
  }

  /**
   * Whether a literal is a seed, or stands where one is to be filled in, as the templates of other
   * programs have it: {@code "%seed%"}, {@code "{{SEED}}"}.
   */
  private boolean isPlace(GraphNode node, String field, JsonNode literal) {
    if (literal.canConvertToExactIntegral()) {
      return true;
    }
    Optional<InputDeclaration> declared = declared(node, field);
    if (declared.isPresent()) {
      return "INT".equals(declared.get().type()) && literal.isValueNode() && !literal.isBoolean();
    }
    boolean isKnown = objectInfo.filter(info -> info.knows(node.classType())).isPresent();
    return !isKnown
        && literal.isTextual()
        && !literal.asText().isEmpty()
        && PLACEHOLDERS.indexOf(literal.asText().charAt(0)) >= 0;
  }

  /** The input whose value a node passes on unchanged; empty if that is not known. */
  private Optional<String> passedOn(GraphNode node) {
    Optional<String> named = NAMES.stream().filter(node.inputs()::containsKey).findFirst();
    if (named.isPresent()) {
      return named;
    }
    List<String> links =
        node.inputs().keySet().stream().filter(f -> node.link(f).isPresent()).toList();
    if (!links.isEmpty()) {
      // With a second input beside the link the node may compute, not hand on.
      return node.inputs().size() == 1 ? Optional.of(links.get(0)) : Optional.empty();
    }
    List<String> numbers =
        node.inputs().entrySet().stream()
            .filter(input -> isPlace(node, input.getKey(), input.getValue()))
            .map(Map.Entry::getKey)
            .toList();
    return numbers.size() == 1 ? Optional.of(numbers.get(0)) : Optional.empty();
  }

  private Range range(GraphNode node, String field) {
    JsonNode options =
        declared(node, field).map(InputDeclaration::options).orElse(MissingNode.getInstance());
    // KSampler's own range, for a class that nothing is known of.
    return new Range(
        bound(options.path("min")).orElse(BigInteger.ZERO),
        bound(options.path("max")).orElse(BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE)),
        declared(node, field).isPresent());
  }

  private static Optional<BigInteger> bound(JsonNode bound) {
    return bound.isIntegralNumber()
        ? Optional.of(bound.bigIntegerValue())
        : Optional.of(bound)
            .filter(value -> value.isNumber() && Double.isFinite(value.doubleValue()))
            .map(JsonNode::decimalValue)
            .map(BigDecimal::toBigInteger);
  }

  private Optional<InputDeclaration> declared(GraphNode node, String field) {
    return objectInfo.flatMap(info -> info.input(node, field));
  }
}
