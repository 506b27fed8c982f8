package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The text by which people recognise what was made: the beginning of the prompt of a graph. */
public final class PromptExcerpt {
  private static final int LONGEST = 200;
  private static final int LOOKED_AT = 1_000;
  private static final int MOST_NODES = 1_000;
  private static final Pattern PROMPT =
      Pattern.compile(
          "(?:^|[_ -])(?:prompt|text|caption|description|story|lyrics|tags)(?:[_ -]?[a-z0-9])?$",
          Pattern.CASE_INSENSITIVE);

  private PromptExcerpt() {}

  /**
   * The first input that takes a prompt and has one, on one line and at most 200 characters long.
   * What a template or a hidden input adds is not shown.
   *
   * @param graph with the caller's values in it
   * @param workflow whose names the inputs have; otherwise they are derived from the graph
   */
  public static Optional<String> of(Graph graph, Optional<Workflow> workflow) {
    if (graph.nodes().size() > MOST_NODES) {
      return Optional.empty();
    }
    Map<String, Address> inputs =
        workflow.map(Workflow::inputAddresses).orElseGet(graph::inputNames);
    Set<String> multiline =
        workflow.map(Workflow::inputs).orElse(List.of()).stream()
            .filter(input -> input.hints().isMultiline())
            .map(InputSpec::name)
            .collect(Collectors.toSet());
    return inputs.entrySet().stream()
        .filter(input -> !isNegative(input.getKey()))
        .filter(input -> multiline.contains(input.getKey()) || isPrompt(input.getKey()))
        .flatMap(input -> text(graph, input.getValue()).stream())
        .findFirst();
  }

  private static boolean isNegative(String name) {
    return name.toLowerCase(Locale.ROOT).contains("neg");
  }

  // A derived name is that of a node and a field. text_g and prompt2 are texts, text_encoder is
  // not.
  private static boolean isPrompt(String name) {
    String field = name.substring(name.lastIndexOf('.') + 1);
    return PROMPT.matcher(field).find();
  }

  private static Optional<String> text(Graph graph, Address address) {
    return graph
        .node(address.node())
        .flatMap(node -> node.literal(address.field()))
        .filter(JsonNode::isTextual)
        .map(literal -> oneLine(literal.textValue()))
        .filter(text -> !text.isEmpty());
  }

  private static String oneLine(String text) {
    String beginning = text.substring(0, Math.min(text.length(), LOOKED_AT));
    String line = String.join(" ", beginning.strip().split("\\s+"));
    return line.length() > LONGEST || text.length() > LOOKED_AT ? shortened(line) : line;
  }

  private static String shortened(String line) {
    int end = Math.min(line.length(), LONGEST - 1);
    boolean isSplit = end > 0 && Character.isHighSurrogate(line.charAt(end - 1));
    return line.substring(0, isSplit ? end - 1 : end) + "…";
  }
}
