package io.comfygateway.workflow.editor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Converts what ComfyUI's editor saves to the API format. */
public final class EditorConversion {
  private static final int MOST_NODES = 5_000;
  private static final int MOST_SOCKETS = 200_000;
  private static final int MOST_INSTANCES = 2_000;
  private static final int DEEPEST = 32;
  private static final int MOST_FAULTS = 100;

  private final ClassCatalog classes;

  /**
   * @param objectInfo a server's answer to {@code GET /object_info}
   */
  public EditorConversion(JsonNode objectInfo) {
    this.classes = new ClassCatalog(objectInfo);
  }

  /**
   * The graph of a file.
   *
   * @param graph the graph in the API format
   * @param remarks what the reader should know of it, one sentence each
   */
  public record Converted(ObjectNode graph, List<String> remarks) {}

  /** Whether a JSON value is a file of the editor: nodes in a list, and links. */
  public static boolean isEditorFile(JsonNode json) {
    return json.isObject() && json.path("nodes").isArray();
  }

  /**
   * Converts a file.
   *
   * @throws ConversionException with every node that does not fit, and why
   */
  public Converted convert(JsonNode json) throws ConversionException {
    EditorReader reader = new EditorReader();
    EditorFile file = reader.read(json);
    HostValues hosts = new HostValues(classes);
    List<ConversionFault> faults = new ArrayList<>();
    Set<Place> unread = new HashSet<>();
    List<GraphInstance> instances = expand(file, reader, hosts, faults, unread);
    List<String> remarks = new ArrayList<>();
    ApiNodes nodes = new ApiNodes(classes, hosts, remarks);
    boolean areLinksReal = EverywhereLinks.areReal(json, file.root());
    Map<String, ObjectNode> built = new LinkedHashMap<>();
    for (GraphInstance instance : instances) {
      for (Place place : instance.places()) {
        if (unread.contains(place)) {
          continue;
        }
        try {
          build(place, nodes, areLinksReal).ifPresent(node -> built.put(place.id(), node));
        } catch (ConversionException e) {
          faults.addAll(e.faults());
        }
        if (built.size() > MOST_NODES) {
          throw tooLarge("more than " + MOST_NODES + " nodes that run");
        }
      }
    }
    if (built.isEmpty() && faults.isEmpty()) {
      faults.add(
          ConversionFault.ofFile("The file has no node that runs", "export another workflow"));
    }
    if (!faults.isEmpty()) {
      throw new ConversionException(faults.subList(0, Math.min(faults.size(), MOST_FAULTS)));
    }
    ObjectNode graph = JsonNodeFactory.instance.objectNode();
    built.forEach(graph::set);
    DanglingLinks.remove(graph);
    NameTemplate.fillIn(graph, json.path("nodes"), remarks);
    return new Converted(graph, List.copyOf(remarks));
  }

  private Optional<ObjectNode> build(Place place, ApiNodes nodes, boolean areLinksReal)
      throws ConversionException {
    EditorNode node = place.node();
    if (node.isMuted() || node.isBypassed() || place.inside().isPresent()) {
      return Optional.empty();
    }
    return switch (classes.kind(node)) {
      case REAL -> Optional.of(nodes.build(place));
      case EVERYWHERE -> {
        if (areLinksReal) {
          yield Optional.of(nodes.build(place));
        }
        throw new ConversionException(
            ConversionFault.of(
                place,
                "It sends its input to other nodes by rules that only its extension of the editor knows",
                "choose \"Convert all UEs to real links\" in the editor and save the workflow again"));
      }
      default -> Optional.empty();
    };
  }

  private List<GraphInstance> expand(
      EditorFile file,
      EditorReader reader,
      HostValues hosts,
      List<ConversionFault> faults,
      Set<Place> unread)
      throws ConversionException {
    GroupValues groups = new GroupValues(classes, hosts);
    Deque<GraphInstance> open = new ArrayDeque<>(List.of(new GraphInstance(file.root())));
    List<GraphInstance> instances = new ArrayList<>();
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
          if (instances.size() + open.size() > MOST_INSTANCES || places > 2 * MOST_NODES) {
            throw tooLarge(
                "more than " + MOST_INSTANCES + " subgraphs or " + 2 * MOST_NODES + " nodes");
          }
          if (sockets > MOST_SOCKETS) {
            throw tooLarge("more than " + MOST_SOCKETS + " inputs and outputs");
          }
        }
      }
    }
    // Only now is known what the inputs of each subgraph lead to; outer ones come first.
    for (GraphInstance instance : instances) {
      try {
        if (instance.host().isPresent()) {
          Place host = instance.host().get();
          if (file.subgraphs().containsKey(host.node().type())) {
            hosts.read(host);
          } else {
            groups.read(host, instance);
          }
        }
      } catch (ConversionException e) {
        faults.addAll(e.faults());
      }
    }
    return instances;
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

  private static ConversionException tooLarge(String detail) {
    return new ConversionException(
        ConversionFault.ofFile("The workflow has " + detail, "split the workflow"));
  }
}
