package io.comfygateway.workflow;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Files embedded in a graph, in place of the file name that ComfyUI expects. */
final class EmbeddedFiles {
  /** A placeholder until ComfyUI has named the uploaded file. */
  private static final JsonNode NO_NAME_YET = TextNode.valueOf("");

  private final UploadInputs uploads;

  EmbeddedFiles(UploadInputs uploads) {
    this.uploads = uploads;
  }

  /**
   * Takes the files out of a graph, so that they are not stored and sent inside it.
   *
   * @param pointer where the graph is in the request, such as {@code /prompt}; empty if it was not
   *     sent
   */
  AppliedInputs takeFrom(AppliedInputs applied, String pointer) {
    List<MediaInput> media = new ArrayList<>(applied.media());
    Map<Address, JsonNode> names = new LinkedHashMap<>();
    for (GraphNode node : applied.graph().nodes()) {
      node.inputs()
          .forEach(
              (field, value) -> {
                Address address = new Address(node.id(), field);
                if (value.isTextual()
                    && !applied.explicit().contains(address.toString())
                    && FileSource.isIn(value)) {
                  uploads
                      .kind(node, field)
                      .ifPresent(
                          kind -> {
                            media.add(
                                new MediaInput(
                                    pointer(pointer, node.id(), field),
                                    node.id(),
                                    field,
                                    kind,
                                    FileSource.of(value)));
                            names.put(address, NO_NAME_YET);
                          });
                }
              });
    }
    return new AppliedInputs(
        applied.graph().with(names), media, applied.explicit(), applied.drawn());
  }

  private static String pointer(String graph, String node, String field) {
    return graph.isEmpty()
        ? ""
        : JsonPointer.compile(graph)
            .appendProperty(node)
            .appendProperty("inputs")
            .appendProperty(field)
            .toString();
  }
}
