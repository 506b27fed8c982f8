package io.comfygateway.workflow;

import java.util.List;
import java.util.Set;

/**
 * A graph with a caller's inputs in it.
 *
 * @param graph the graph with every value that is not a file
 * @param media the files that are still to be uploaded to ComfyUI, then set by name
 * @param explicit the inputs that the caller set, as {@code id.field}; seeds among them are not
 *     drawn
 * @param drawn the seeds that the caller asked to have drawn, as {@code id.field}
 */
public record AppliedInputs(
    Graph graph, List<MediaInput> media, Set<String> explicit, Set<String> drawn) {

  public AppliedInputs {
    media = List.copyOf(media);
    explicit = Set.copyOf(explicit);
    drawn = Set.copyOf(drawn);
  }
}
