package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.workflow.SeedFinder.Range;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
   * Sets every seed but those that the caller set himself, which are only reported.
   *
   * <p>A link is never overwritten: the literal that it comes from is set, once for all that take
   * it. Where that cannot be told, the seed is left alone and not reported.
   *
   * @param explicit what the caller set himself, as {@code id.field}
   * @throws Problem {@link ProblemType#INVALID_INPUT} at {@code /seed} for a fixed number that a
   *     seed input does not allow
   */
  public SeededGraph randomise(
      Graph graph, SeedChoice choice, Optional<ObjectInfo> objectInfo, Set<String> explicit) {
    Map<Address, JsonNode> changes = new LinkedHashMap<>();
    Map<String, BigInteger> used = new LinkedHashMap<>();
    new SeedFinder(graph, objectInfo)
        .find()
        .forEach(
            (address, range) -> {
              BigInteger held = held(graph, address);
              BigInteger seed =
                  explicit.contains(address.toString())
                      ? held
                      : choose(choice, address, range, held);
              used.put(address.toString(), seed);
              if (!seed.equals(held)) {
                changes.put(address, number(seed));
              }
            });
    return new SeededGraph(graph.with(changes), used);
  }

  private BigInteger choose(SeedChoice choice, Address address, Range range, BigInteger held) {
    if (choice instanceof SeedChoice.Fixed fixed) {
      return fixed(BigInteger.valueOf(fixed.seed()), address, range);
    }
    return choice instanceof SeedChoice.Keep ? held : draw(range, held);
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
  private BigInteger draw(Range range, BigInteger held) {
    BigInteger max = range.max().min(MAX_EXACT);
    BigInteger min = range.min().max(max.signum() >= 0 ? BigInteger.ZERO : MAX_EXACT.negate());
    return min.compareTo(max) > 0
        ? held
        : BigInteger.valueOf(random.nextLong(min.longValueExact(), max.longValueExact() + 1));
  }

  private static BigInteger held(Graph graph, Address address) {
    return graph
        .node(address.node())
        .flatMap(node -> node.literal(address.field()))
        .orElseThrow()
        .bigIntegerValue();
  }

  private static JsonNode number(BigInteger seed) {
    return seed.bitLength() < Long.SIZE
        ? JsonNodeFactory.instance.numberNode(seed.longValue())
        : JsonNodeFactory.instance.numberNode(seed);
  }
}
