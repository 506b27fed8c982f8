package io.comfygateway.workflow;

import io.comfygateway.problem.Warning;
import java.math.BigInteger;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A graph with its seeds in it.
 *
 * @param graph what runs
 * @param seeds every seed that was found, as {@code id.field} → its value, in the graph's order.
 *     Drawn ones are at most 2^53 − 1; one that the graph or the caller set may be as large as
 *     ComfyUI's own limit, 2^64 − 1
 * @param warnings one for each seed that was to be kept and could not be
 */
public record SeededGraph(Graph graph, Map<String, BigInteger> seeds, List<Warning> warnings) {

  public SeededGraph {
    warnings = List.copyOf(warnings);
    seeds = Collections.unmodifiableMap(new LinkedHashMap<>(seeds));
  }
}
