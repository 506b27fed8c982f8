package io.comfygateway.workflow.editor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Converts what ComfyUI's editor saves to the API format. */
public final class EditorConversion {
  private static final int MOST_NODES = 5_000;
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
    Expansion expansion = Expansion.of(file, reader);
    List<ConversionFault> faults = new ArrayList<>(expansion.faults());
    readHosts(file, expansion, hosts, faults);
    List<String> remarks = new ArrayList<>();
    ApiNodes nodes = new ApiNodes(classes, hosts, remarks);
    boolean areLinksReal = EverywhereLinks.areReal(json, file.root());
    Map<String, ObjectNode> built = new LinkedHashMap<>();
    for (GraphInstance instance : expansion.instances()) {
      for (Place place : instance.places()) {
        if (expansion.unread().contains(place)) {
          continue;
        }
        try {
          build(place, nodes, areLinksReal).ifPresent(node -> built.put(place.id(), node));
        } catch (ConversionException e) {
          faults.addAll(e.faults());
        }
        if (built.size() > MOST_NODES) {
          throw Expansion.tooLarge("more than " + MOST_NODES + " nodes that run");
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

  // Only now is known what the inputs of each subgraph lead to; outer ones come first.
  private void readHosts(
      EditorFile file, Expansion expansion, HostValues hosts, List<ConversionFault> faults) {
    GroupValues groups = new GroupValues(classes, hosts);
    for (GraphInstance instance : expansion.instances()) {
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
  }
}
