package io.comfygateway.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.pool.Lack;
import io.comfygateway.pool.PoolPlacement.Fit;
import io.comfygateway.workflow.Workflow;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What keeps a server from running a workflow: what it lacks, and the packs that would bring it.
 */
final class Readiness {
  private Readiness() {}

  /**
   * Adds to the JSON of a server whether the workflow is ready there.
   *
   * @param isDenied whether the rules of the gateway forbid the workflow
   */
  static void add(ObjectNode server, Workflow workflow, Fit fit, boolean isDenied) {
    server.put("ready", fit.runs() && fit.isKnown() && fit.lacks().isEmpty() && !isDenied);
    ArrayNode missing = server.putArray("missing");
    Map<String, ArrayNode> classesOfPacks = new LinkedHashMap<>();
    for (Lack lack : fit.lacks()) {
      String pack = lack.kind() == Lack.Kind.CLASS ? workflow.packs().get(lack.name()) : null;
      if (pack != null) {
        classesOfPacks
            .computeIfAbsent(pack, name -> entry(missing, "pack", name).putArray("classes"))
            .add(lack.name());
        continue;
      }
      ObjectNode entry = entry(missing, lack.kind().name().toLowerCase(Locale.ROOT), lack.name());
      if (!lack.input().isEmpty()) {
        entry.put("input", lack.input());
      }
    }
  }

  private static ObjectNode entry(ArrayNode missing, String kind, String name) {
    return missing.addObject().put("kind", kind).put("name", name);
  }

  /** What is missing in words, with the packs that would bring it. */
  static String words(List<Lack> lacks, Map<String, String> packs) {
    String missing = lacks.stream().map(Lack::words).collect(Collectors.joining(", "));
    TreeSet<String> wanted =
        lacks.stream()
            .filter(lack -> lack.kind() == Lack.Kind.CLASS)
            .map(Lack::name)
            .filter(packs::containsKey)
            .map(packs::get)
            .collect(Collectors.toCollection(TreeSet::new));
    return wanted.isEmpty()
        ? missing
        : missing
            + (wanted.size() == 1 ? "; install the pack " : "; install the packs ")
            + String.join(", ", wanted);
  }
}
