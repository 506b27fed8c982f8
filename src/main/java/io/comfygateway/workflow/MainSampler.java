package io.comfygateway.workflow;

import io.comfygateway.workflow.GraphNode.Link;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The sampler that a graph is about: of those that take conditioning, the one with the lowest id,
 * which the editor gave first. A sampler may be split into several nodes, such as {@code
 * SamplerCustomAdvanced} with its guider, noise and sigmas; these are its parts.
 */
final class MainSampler {
  private static final List<String> PARTS = List.of("guider", "noise", "sampler", "sigmas");
  private static final List<String> LATENTS = List.of("latent_image", "latent", "samples");
  private static final List<String> SETTINGS = List.of("seed", "noise_seed", "sampler_name");

  private final Graph graph;
  private final Optional<GraphNode> node;

  /**
   * @param ordered the graph's nodes, the oldest first
   */
  MainSampler(Graph graph, List<GraphNode> ordered) {
    this.graph = graph;
    this.node =
        ordered.stream()
            .filter(it -> isSampler(it) && hasLink(it, LATENTS))
            .findFirst()
            .or(() -> ordered.stream().filter(MainSampler::isSampler).findFirst());
  }

  private static boolean isSampler(GraphNode node) {
    boolean isSplit = node.link("guider").isPresent() && node.link("sampler").isPresent();
    boolean isWhole =
        hasLink(node, List.of("positive", "negative"))
            && (hasLink(node, LATENTS) || SETTINGS.stream().anyMatch(node.inputs()::containsKey));
    return isSplit || isWhole;
  }

  private static boolean hasLink(GraphNode node, Collection<String> fields) {
    return fields.stream().anyMatch(field -> node.link(field).isPresent());
  }

  /** The ids of the sampler and the nodes that it is split into; empty if there is none. */
  Set<String> parts() {
    return reached(PARTS);
  }

  /** The ids of all nodes that the sampler depends on, with its own. */
  Set<String> upstream() {
    return reached(List.of());
  }

  private Set<String> reached(List<String> fields) {
    Set<String> found = new LinkedHashSet<>();
    Deque<GraphNode> open = new ArrayDeque<>();
    node.ifPresent(open::add);
    while (!open.isEmpty()) {
      GraphNode next = open.poll();
      if (found.add(next.id())) {
        for (String field : fields.isEmpty() ? next.inputs().keySet() : fields) {
          next.link(field).flatMap(link -> graph.node(link.node())).ifPresent(open::add);
        }
      }
    }
    return found;
  }

  /** What leads to the sampler's conditioning of a role: {@code positive} or {@code negative}. */
  Optional<Link> conditioning(String role) {
    List<GraphNode> parts = parts().stream().flatMap(id -> graph.node(id).stream()).toList();
    Optional<Link> named = parts.stream().flatMap(part -> part.link(role).stream()).findFirst();
    // A guider without a negative side has one input.
    return named.isPresent() || !role.equals("positive")
        ? named
        : parts.stream()
            .flatMap(part -> part.link("conditioning").or(() -> part.link("cond1")).stream())
            .findFirst();
  }
}
