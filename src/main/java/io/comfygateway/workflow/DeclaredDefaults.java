package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.problem.Warning;
import io.comfygateway.workflow.ObjectInfo.InputDeclaration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Fills in the required inputs that a graph does not have because its node class got them later.
 * ComfyUI's editor does the same when it opens such a graph; its {@code POST /prompt} refuses it.
 */
public final class DeclaredDefaults {
  /** A longer list of choices is treated as a list of files. */
  private static final int MOST_CHOICES = 200;

  private DeclaredDefaults() {}

  /**
   * A graph with every default in it.
   *
   * @param graph the graph
   * @param warnings one for each input that was filled in
   */
  public record Filled(Graph graph, List<Warning> warnings) {}

  /**
   * Fills in what has a declared default; the rest stays missing.
   *
   * @param later the inputs that are set later, as {@code id.field}
   */
  public static Filled fill(Graph graph, ObjectInfo info, Set<String> later) {
    Map<Address, JsonNode> values = new LinkedHashMap<>();
    List<Warning> warnings = new ArrayList<>();
    for (GraphNode node : graph.nodes()) {
      for (InputDeclaration declaration : info.inputs(node)) {
        Address address = new Address(node.id(), declaration.name());
        if (!declaration.required()
            || node.inputs().containsKey(declaration.name())
            || later.contains(address.toString())) {
          continue;
        }
        of(declaration)
            .ifPresent(
                value -> {
                  values.put(address, value);
                  warnings.add(
                      Warning.ofNode(
                          "default_filled",
                          node.id(),
                          "Node %s has no %s, which its class now requires; the declared default %s was filled in."
                              .formatted(node.label(), declaration.name(), Excerpt.of(value))));
                });
      }
    }
    return new Filled(graph.with(values), warnings);
  }

  /** The declared default; of a choice without one the first, as ComfyUI's editor takes it. */
  private static Optional<JsonNode> of(InputDeclaration declaration) {
    JsonNode value = declaration.options().path("default");
    if (declaration.isDynamic()) {
      return Optional.empty();
    }
    if (value.isValueNode() && !value.isNull()) {
      return Optional.of(value);
    }
    boolean isChoice =
        "COMBO".equals(declaration.type())
            && UploadInputs.marked(declaration).isEmpty()
            && isFixed(declaration.choices());
    return isChoice ? Optional.of(declaration.choices().get(0)) : Optional.empty();
  }

  // Which file comes first differs from server to server, so it is no default.
  private static boolean isFixed(JsonNode choices) {
    if (choices.isEmpty() || choices.size() > MOST_CHOICES || !choices.get(0).isValueNode()) {
      return false;
    }
    for (JsonNode choice : choices) {
      if (looksLikeFile(choice.asText())) {
        return false;
      }
    }
    return true;
  }

  private static boolean looksLikeFile(String choice) {
    int dot = choice.lastIndexOf('.');
    String ending = choice.substring(dot + 1);
    return dot > 0
        && ending.length() >= 2
        && ending.length() <= 12
        && Character.isLetter(ending.charAt(0))
        && ending.chars().allMatch(Character::isLetterOrDigit);
  }
}
