package io.comfygateway.workflow.editor;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A node class as the server declares it.
 *
 * @param name its name
 * @param json its entry in {@code /object_info}
 */
record NodeClass(String name, JsonNode json) {
  private static final List<String> GROUPS = List.of("required", "optional");
  private static final List<String> WITHOUT_FURTHER_INPUTS =
      List.of("nodes", "comfy_extras.", "comfy_api_nodes.");

  /** The inputs in the editor's order: the required ones first, each as the class orders them. */
  List<Declared> inputs() {
    return inputs("", json.path("input"), json.path("input_order"));
  }

  /** Those of a part of a declaration, with a prefix to their names. */
  static List<Declared> inputs(String prefix, JsonNode input, JsonNode order) {
    List<Declared> found = new ArrayList<>();
    for (String group : GROUPS) {
      JsonNode declared = input.path(group);
      Set<String> names = new LinkedHashSet<>();
      order.path(group).forEach(name -> names.add(name.asText()));
      declared.fieldNames().forEachRemaining(names::add);
      for (String name : names) {
        JsonNode spec = declared.path(name);
        if (Declared.isReadable(spec)) {
          found.add(new Declared(prefix + name, spec, group.equals("required")));
        }
      }
    }
    return found;
  }

  String title() {
    String shown = json.path("display_name").asText("");
    return shown.isBlank() ? name : shown;
  }

  boolean isOutput() {
    return json.path("output_node").asBoolean(false);
  }

  /** Whether it is ComfyUI's own, so that inputs that it does not declare mean nothing to it. */
  boolean isBuiltIn() {
    String module = json.path("python_module").asText("");
    return WITHOUT_FURTHER_INPUTS.stream()
        .anyMatch(known -> known.endsWith(".") ? module.startsWith(known) : module.equals(known));
  }
}
