package io.comfygateway.workflow.editor;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A file with its subgraphs and group nodes opened.
 *
 * @param instances every use of a graph, outer ones first
 * @param unread the nodes whose inside is damaged
 * @param faults why they are
 */
record Expansion(List<GraphInstance> instances, Set<Place> unread, List<ConversionFault> faults) {
  private static final int MOST_PLACES = 10_000;
  private static final int MOST_SOCKETS = 200_000;
  private static final int MOST_INSTANCES = 2_000;
  private static final int DEEPEST = 32;

  /**
   * Opens a file.
   *
   * @throws ConversionException if it is too large
   */
  static Expansion of(EditorFile file, EditorReader reader) throws ConversionException {
    Deque<GraphInstance> open = new ArrayDeque<>(List.of(new GraphInstance(file.root())));
    List<GraphInstance> instances = new ArrayList<>();
    Set<Place> unread = new HashSet<>();
    List<ConversionFault> faults = new ArrayList<>();
    int places = file.root().nodes().size();
    int sockets = file.root().sockets();
    while (!open.isEmpty()) {
      GraphInstance instance = open.poll();
      instances.add(instance);
      if (instance.depth() > DEEPEST) {
        throw tooLarge("subgraphs in more than " + DEEPEST + " levels");
      }
      for (Place place : instance.places()) {
        Optional<GraphInstance> inside = Optional.empty();
        if (!place.node().isMuted() && !place.node().isBypassed()) {
          try {
            inside = inside(place, file, reader);
          } catch (ConversionException e) {
            faults.addAll(e.faults());
            unread.add(place);
          }
        }
        if (inside.isPresent()) {
          open.add(inside.get());
          places += inside.get().graph().nodes().size();
          sockets += inside.get().graph().sockets();
          if (instances.size() + open.size() > MOST_INSTANCES || places > MOST_PLACES) {
            throw tooLarge(
                "more than " + MOST_INSTANCES + " subgraphs or " + MOST_PLACES + " nodes");
          }
          if (sockets > MOST_SOCKETS) {
            throw tooLarge("more than " + MOST_SOCKETS + " inputs and outputs");
          }
        }
      }
    }
    return new Expansion(instances, unread, faults);
  }

  private static Optional<GraphInstance> inside(Place place, EditorFile file, EditorReader reader)
      throws ConversionException {
    String type = place.node().type();
    EditorGraph subgraph = file.subgraphs().get(type);
    if (subgraph != null) {
      return Optional.of(new GraphInstance(subgraph, place));
    }
    Optional<String> group = GroupNode.name(type);
    JsonNode definition = group.map(file.groups()::get).orElse(null);
    return definition == null
        ? Optional.empty()
        : Optional.of(new GraphInstance(GroupNode.graph(place, definition, reader), place));
  }

  static ConversionException tooLarge(String detail) {
    return new ConversionException(
        ConversionFault.ofFile("The workflow has " + detail, "split the workflow"));
  }
}
