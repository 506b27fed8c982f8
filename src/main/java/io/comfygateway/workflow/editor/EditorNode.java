package io.comfygateway.workflow.editor;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;

/**
 * A node as the file has it.
 *
 * @param id its id, unique in its graph
 * @param type the node class, or the id of a subgraph
 * @param title what the editor shows, where that is not the class' name
 * @param mode how it takes part, see {@link #isMuted()} and {@link #isBypassed()}
 * @param inputs its inputs, in the file's order
 * @param outputs the types of its outputs
 * @param values {@code widgets_values}: a list by position, an object by name, or missing
 * @param named {@code widgets_values_named}: the same by name, from newer editors; or missing
 * @param properties its properties
 */
record EditorNode(
    String id,
    String type,
    Optional<String> title,
    int mode,
    List<Socket> inputs,
    List<String> outputs,
    JsonNode values,
    JsonNode named,
    JsonNode properties) {
  private static final int NEVER = 2;
  private static final int BYPASS = 4;

  /** Whether the node is left out, and all that depends on it loses its input. */
  boolean isMuted() {
    return mode == NEVER;
  }

  /** Whether the node is left out, and its outputs are what its inputs of the same type get. */
  boolean isBypassed() {
    return mode == BYPASS;
  }

  Optional<Socket> input(String name) {
    return inputs.stream().filter(socket -> socket.name().equals(name)).findFirst();
  }

  /** The same node with other inputs. */
  EditorNode with(List<Socket> others) {
    return new EditorNode(id, type, title, mode, others, outputs, values, named, properties);
  }

  /** Whether an input of this name has a link. */
  boolean isLinked(String name) {
    return inputs.stream()
        .anyMatch(socket -> socket.name().equals(name) && socket.link().isPresent());
  }
}
