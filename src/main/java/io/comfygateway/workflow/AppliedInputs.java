package io.comfygateway.workflow;

import java.util.List;
import java.util.Set;

/**
 * A graph with a caller's inputs in it.
 *
 * @param graph the graph with every value that is not a file
 * @param media the files that are still to be brought to ComfyUI, then set by name
 * @param explicit what the caller set himself, as {@code id.field}; seeds among them are not drawn
 */
public record AppliedInputs(Graph graph, List<MediaInput> media, Set<String> explicit) {

  public AppliedInputs {
    media = List.copyOf(media);
    explicit = Set.copyOf(explicit);
  }
}
