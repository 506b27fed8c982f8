package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.problem.Warning;
import io.comfygateway.workflow.SeedFinder.Range;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Sets the seeds of a graph. ComfyUI serves an identical graph from its cache and writes no new
 * file, which is why seeds are drawn.
 */
public final class Seeds {
  private static final BigInteger MAX_EXACT = BigInteger.valueOf(InputSpec.MAX_EXACT);

  private final RandomGenerator random;

  /**
   * @param random where seeds are drawn from; nothing secret depends on it
   */
  public Seeds(RandomGenerator random) {
    this.random = random;
  }

  /**
   * Sets every seed except those that the caller set, which are only reported.
   *
   * <p>Seeds that are one in the editor, such as that of a primitive for several samplers, are
   * drawn once.
   *
   * <p>A link is never overwritten: the literal that it comes from is set, once for all that take
   * it. Where that is not known, the seed is left alone and not reported. A literal that its class
   * takes for no seed, such as −1 or {@code "%seed%"}, is only a place for one: there a seed is
   * drawn even where seeds are kept.
   *
   * @param inputs what the caller set himself
   * @throws Problem {@link ProblemType#INVALID_INPUT} at {@code /seed} for a fixed number that a
   *     seed input does not allow
   */
  public SeededGraph randomise(
      Graph graph, SeedChoice choice, Optional<ObjectInfo> objectInfo, AppliedInputs inputs) {
    Map<Address, JsonNode> changes = new LinkedHashMap<>();
    Map<String, BigInteger> used = new LinkedHashMap<>();
    List<Warning> warnings = new ArrayList<>();
    Draw draw = new Draw(graph);
    common(graph, new SeedFinder(graph, objectInfo).find())
        .forEach(
            (address, range) -> {
              JsonNode literal = literal(graph, address);
              Optional<BigInteger> held = number(literal);
              Optional<BigInteger> seed = held;
              if (inputs.drawn().contains(address.toString())) {
                seed = Optional.of(draw.of(address, range, held));
              } else if (!inputs.explicit().contains(address.toString())) {
                seed = Optional.of(choose(choice, address, range, held, draw));
                if (choice instanceof SeedChoice.Keep && !seed.equals(held)) {
                  warnings.add(notKept(graph, address, literal));
                }
              }
              seed.ifPresent(value -> used.put(address.toString(), value));
              if (!seed.equals(held)) {
                changes.put(address, JsonNodeFactory.instance.numberNode(seed.orElseThrow()));
              }
            });
    return new SeededGraph(graph.with(changes), used, warnings);
  }

  /** The ranges of seeds, for those that are one in the editor what each of them takes. */
  private static Map<Address, Range> common(Graph graph, Map<Address, Range> found) {
    Map<Address, Range> common = new LinkedHashMap<>();
    found.forEach(
        (address, own) -> {
          Range all = own;
          for (Address other : graph.alike(address)) {
            all = all.within(found.getOrDefault(other, all));
          }
          common.put(address, all.min().compareTo(all.max()) > 0 ? own : all);
        });
    return common;
  }

  /** Draws one value for seeds that are one in the editor. */
  private final class Draw {
    private final Graph graph;
    private final Map<Address, BigInteger> drawn = new HashMap<>();

    private Draw(Graph graph) {
      this.graph = graph;
    }

    private BigInteger of(Address address, Range range, Optional<BigInteger> held) {
      BigInteger known = drawn.get(graph.alike(address).get(0));
      BigInteger value = known != null && range.holds(known) ? known : draw(range, held);
      drawn.putIfAbsent(graph.alike(address).get(0), value);
      return value;
    }
  }

  private BigInteger choose(
      SeedChoice choice, Address address, Range range, Optional<BigInteger> held, Draw draw) {
    if (choice instanceof SeedChoice.Fixed fixed) {
      return fixed(BigInteger.valueOf(fixed.seed()), address, range);
    }
    boolean isKept =
        choice instanceof SeedChoice.Keep
            && held.filter(seed -> !range.isDeclared() || range.holds(seed)).isPresent();
    return isKept ? held.get() : draw.of(address, range, held);
  }

  private static Warning notKept(Graph graph, Address address, JsonNode literal) {
    return Warning.ofNode(
        "seed_drawn",
        address.node(),
        "Seed %s of node %s could not be kept: the graph has %s there, which its class does not take. One was drawn."
            .formatted(
                address.field(),
                graph.node(address.node()).map(GraphNode::label).orElse(address.node()),
                Excerpt.of(literal)));
  }

  private static BigInteger fixed(BigInteger seed, Address address, Range range) {
    if (range.holds(seed)) {
      return seed;
    }
    throw Problem.ofField(
        ProblemType.INVALID_INPUT,
        "/seed",
        "seed must be from "
            + range.min()
            + " to "
            + range.max().min(MAX_EXACT)
            + " for "
            + address
            + ", not "
            + seed);
  }

  /** Negative seeds are left out where others exist: custom nodes give −1 a meaning of its own. */
  private BigInteger draw(Range range, Optional<BigInteger> held) {
    BigInteger max = range.max().min(MAX_EXACT);
    BigInteger min = range.min().max(max.signum() >= 0 ? BigInteger.ZERO : MAX_EXACT.negate());
    return min.compareTo(max) > 0
        ? held.filter(range::holds).orElse(range.min())
        : BigInteger.valueOf(random.nextLong(min.longValueExact(), max.longValueExact() + 1));
  }

  private static JsonNode literal(Graph graph, Address address) {
    return graph.node(address.node()).flatMap(node -> node.literal(address.field())).orElseThrow();
  }

  private static Optional<BigInteger> number(JsonNode literal) {
    return Optional.of(literal)
        .filter(JsonNode::canConvertToExactIntegral)
        .map(JsonNode::bigIntegerValue);
  }
}
