package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a ComfyUI says of its node classes: the answer of {@code GET /object_info}, a map from class
 * name to {@code {"input": {"required": {name: [type, options]}, "optional": …}, "output": […],
 * "output_node": …}}.
 */
public final class ObjectInfo {
  private final ObjectNode classes;
  private final NodeReplacements replacements;

  public ObjectInfo(ObjectNode classes) {
    this(classes, NodeReplacements.NONE);
  }

  /**
   * What a server says.
   *
   * @param classes its answer to {@code GET /object_info}
   * @param replacements its answer to {@code GET /node_replacements}
   */
  public ObjectInfo(ObjectNode classes, NodeReplacements replacements) {
    this.classes = classes;
    this.replacements = replacements;
  }

  /** The answer itself; not to be changed. */
  public ObjectNode json() {
    return classes;
  }

  /** Whether the server has the node class. */
  public boolean knows(String classType) {
    return classes.has(classType);
  }

  /** The classes that the server replaces by others. */
  public NodeReplacements replacements() {
    return replacements;
  }

  /** The class that the server runs for another one: itself, or what it is replaced by. */
  public String runAs(String classType) {
    return knows(classType) ? classType : replacements.of(classType).orElse(classType);
  }

  /** Whether the server has the node class, or replaces it by one that it has. */
  public boolean runs(String classType) {
    return knows(runAs(classType));
  }

  /** The names of every node class that the server has, sorted. */
  public Set<String> classTypes() {
    Set<String> names = new TreeSet<>();
    classes.fieldNames().forEachRemaining(names::add);
    return names;
  }

  /** What the server says of one class, as it says it. */
  public Optional<JsonNode> describe(String classType) {
    return Optional.ofNullable(classes.get(classType));
  }

  /**
   * The declaration of one input, {@code [type, options]} or {@code [type]}.
   *
   * @return empty if the class or the input is unknown
   */
  public Optional<InputDeclaration> input(String classType, String name) {
    JsonNode groups = classes.path(classType).path("input");
    for (String group : new String[] {"required", "optional"}) {
      JsonNode declaration = groups.path(group).path(name);
      if (declaration.isArray() && !declaration.isEmpty()) {
        return Optional.of(
            new InputDeclaration(name, declaration, "required".equals(group), false));
      }
    }
    return Optional.empty();
  }

  /** The required inputs of a class by name, in the order in which the server declares them. */
  public Iterable<Map.Entry<String, JsonNode>> requiredInputs(String classType) {
    return classes.path(classType).path("input").path("required").properties();
  }

  /** The declared inputs of a class, the required ones first, each as the server orders them. */
  public List<InputDeclaration> inputs(String classType) {
    List<InputDeclaration> inputs = new ArrayList<>();
    JsonNode groups = classes.path(classType).path("input");
    for (String group : new String[] {"required", "optional"}) {
      for (Map.Entry<String, JsonNode> input : groups.path(group).properties()) {
        if (input.getValue().isArray() && !input.getValue().isEmpty()) {
          inputs.add(
              new InputDeclaration(
                  input.getKey(), input.getValue(), "required".equals(group), false));
        }
      }
    }
    return inputs;
  }

  /**
   * The declaration of one input of a node, also where another input's value brings it along.
   *
   * @return empty if the class or the input is unknown
   */
  public Optional<InputDeclaration> input(GraphNode node, String name) {
    return DynamicInputs.find(classes.path(node.classType()).path("input"), node.inputs(), name);
  }

  /** The declared inputs of a node, with those that the values of others bring along. */
  public List<InputDeclaration> inputs(GraphNode node) {
    return DynamicInputs.of(classes.path(node.classType()).path("input"), node.inputs());
  }

  /** Whether only the server's code knows what a type means. */
  static boolean isDynamic(String type) {
    return type.startsWith("COMFY_");
  }

  /** Whether the class is an output node; ComfyUI runs a graph for its output nodes. */
  public boolean isOutputNode(String classType) {
    return classes.path(classType).path("output_node").asBoolean(false);
  }

  /**
   * One declared input.
   *
   * @param name the input's name
   * @param declaration {@code [type, options]}; the type is a name or, for a choice, the list of
   *     values
   * @param required whether the class needs it
   * @param isNested whether it is there because of another input's value
   */
  public record InputDeclaration(
      String name, JsonNode declaration, boolean required, boolean isNested) {

    /**
     * The declared type: {@code INT}, {@code FLOAT}, {@code IMAGE}, …, and {@code COMBO} for a list
     * of choices.
     */
    public String type() {
      JsonNode type = declaration.get(0);
      return type.isArray() ? "COMBO" : type.asText();
    }

    /**
     * The options, such as {@code min}, {@code max} and {@code control_after_generate}; missing
     * where there are none.
     */
    public JsonNode options() {
      return declaration.size() > 1 ? declaration.get(1) : MissingNode.getInstance();
    }

    /**
     * The values that a choice offers: older nodes declare {@code [["a", "b"], …]}, newer ones
     * {@code ["COMBO", {"options": ["a", "b"]}]}. Missing if it is none, or its values are not
     * listed.
     */
    public JsonNode choices() {
      JsonNode type = declaration.get(0);
      return type.isArray() ? type : options().path("options");
    }

    /** Whether only the server's code knows what the input accepts. */
    public boolean isDynamic() {
      return ObjectInfo.isDynamic(type());
    }

    /**
     * Whether ComfyUI marks the input as a seed: {@code "control_after_generate": true} or, from
     * nodes that say what the editor begins with, {@code "randomize"} or {@code "fixed"}.
     */
    public boolean isSeed() {
      JsonNode mark = options().path("control_after_generate");
      return (mark.isTextual() || mark.asBoolean(false)) && "INT".equals(type());
    }
  }
}
