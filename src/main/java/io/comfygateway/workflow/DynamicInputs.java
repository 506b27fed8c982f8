package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.workflow.ObjectInfo.InputDeclaration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the inputs that a node has because of the values of others. ComfyUI's dynamic combo
 * declares further inputs for each of its options, and writes them as {@code combo.input}; its
 * autogrow input takes any number of {@code input.name0}, {@code input.name1}, ….
 *
 * @see <a href="https://docs.comfy.org/custom-nodes/v3_migration">ComfyUI's V3 nodes</a>
 */
final class DynamicInputs {
  static final String COMBO = "COMFY_DYNAMICCOMBO_V3";
  static final String AUTOGROW = "COMFY_AUTOGROW_V3";
  private static final int DEEPEST = 8;
  private static final int MOST_DOTS = 16;
  private static final String[] GROUPS = {"required", "optional"};

  private final Map<String, JsonNode> values;
  private final List<InputDeclaration> found = new ArrayList<>();

  private DynamicInputs(Map<String, JsonNode> values) {
    this.values = values;
  }

  /**
   * The inputs of a node, the required ones of each level first.
   *
   * @param groups {@code {"required": {name: declaration}, "optional": …}}
   * @param values the node's inputs by name
   */
  static List<InputDeclaration> of(JsonNode groups, Map<String, JsonNode> values) {
    DynamicInputs inputs = new DynamicInputs(values);
    inputs.expand("", groups, 0);
    return inputs.found;
  }

  /**
   * The declaration of one input.
   *
   * @return empty if it is not declared
   */
  static Optional<InputDeclaration> find(
      JsonNode groups, Map<String, JsonNode> values, String name) {
    return find("", groups, values, name, 0);
  }

  private static Optional<InputDeclaration> find(
      String prefix, JsonNode groups, Map<String, JsonNode> values, String rest, int depth) {
    Optional<InputDeclaration> whole = declared(prefix, groups, rest, depth);
    if (whole.isPresent() || depth >= DEEPEST) {
      return whole;
    }
    int dots = 0;
    for (int dot = rest.indexOf('.');
        dot > 0 && dots < MOST_DOTS;
        dot = rest.indexOf('.', dot + 1)) {
      dots++;
      Optional<InputDeclaration> outer = declared(prefix, groups, rest.substring(0, dot), depth);
      if (outer.filter(o -> COMBO.equals(o.type())).isPresent()) {
        String inner = rest.substring(dot + 1);
        return chosen(outer.get(), values)
            .flatMap(
                option ->
                    find(
                        outer.get().name() + ".", option.path("inputs"), values, inner, depth + 1));
      }
      if (outer.filter(o -> AUTOGROW.equals(o.type())).isPresent()) {
        return template(outer.get())
            .map(declaration -> new InputDeclaration(prefix + rest, declaration, false, true));
      }
    }
    return Optional.empty();
  }

  private static Optional<InputDeclaration> declared(
      String prefix, JsonNode groups, String name, int depth) {
    for (String group : GROUPS) {
      JsonNode declaration = groups.path(group).path(name);
      if (declaration.isArray() && !declaration.isEmpty()) {
        return Optional.of(
            new InputDeclaration(prefix + name, declaration, "required".equals(group), depth > 0));
      }
    }
    return Optional.empty();
  }

  private void expand(String prefix, JsonNode groups, int depth) {
    for (String group : GROUPS) {
      for (Map.Entry<String, JsonNode> input : groups.path(group).properties()) {
        JsonNode declaration = input.getValue();
        if (!declaration.isArray() || declaration.isEmpty()) {
          continue;
        }
        InputDeclaration declared =
            new InputDeclaration(
                prefix + input.getKey(), declaration, "required".equals(group), depth > 0);
        found.add(declared);
        if (COMBO.equals(declared.type()) && depth < DEEPEST) {
          chosen(declared, values)
              .ifPresent(option -> expand(declared.name() + ".", option.path("inputs"), depth + 1));
        } else if (AUTOGROW.equals(declared.type())) {
          grown(declared);
        }
      }
    }
  }

  private static Optional<JsonNode> chosen(InputDeclaration combo, Map<String, JsonNode> values) {
    JsonNode key = values.get(combo.name());
    for (JsonNode option : combo.options().path("options")) {
      if (option.path("key").equals(key)) {
        return Optional.of(option);
      }
    }
    return Optional.empty();
  }

  private void grown(InputDeclaration autogrow) {
    String prefix = autogrow.name() + ".";
    template(autogrow)
        .ifPresent(
            declaration ->
                values.keySet().stream()
                    .filter(name -> name.startsWith(prefix))
                    .forEach(
                        name -> found.add(new InputDeclaration(name, declaration, false, true))));
  }

  private static Optional<JsonNode> template(InputDeclaration autogrow) {
    JsonNode groups = autogrow.options().path("template").path("input");
    for (String group : GROUPS) {
      for (JsonNode declaration : groups.path(group)) {
        if (declaration.isArray() && !declaration.isEmpty()) {
          return Optional.of(declaration);
        }
      }
    }
    return Optional.empty();
  }
}
