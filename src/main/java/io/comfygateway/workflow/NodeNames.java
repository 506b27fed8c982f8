package io.comfygateway.workflow;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the nodes of a graph are called beside their ids. Two of three graphs that people share name
 * no titles, since ComfyUI writes none into its pictures, so that a class is a name too.
 */
final class NodeNames {
  private final Map<String, List<GraphNode>> byTitle = new HashMap<>();
  private final Map<String, List<GraphNode>> untitledByClass = new HashMap<>();
  private final Map<String, List<GraphNode>> byClass = new HashMap<>();

  NodeNames(Collection<GraphNode> nodes) {
    for (GraphNode node : nodes) {
      String classType = node.classType().strip();
      add(byClass, classType, node);
      if (node.title().isPresent()) {
        add(byTitle, node.title().get(), node);
      } else {
        add(untitledByClass, classType, node);
      }
    }
  }

  private static void add(Map<String, List<GraphNode>> names, String name, GraphNode node) {
    names.computeIfAbsent(name, first -> new ArrayList<>()).add(node);
  }

  /**
   * The nodes that a name may mean: those with this title; where there is none, those without a
   * title that are of this class; where there is none either, all of this class.
   */
  List<GraphNode> of(String name) {
    String wanted = name.strip();
    return byTitle.getOrDefault(
        wanted, untitledByClass.getOrDefault(wanted, byClass.getOrDefault(wanted, List.of())));
  }
}
