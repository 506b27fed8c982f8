package io.comfygateway.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What a graph requires of the ComfyUI that runs it.
 *
 * @param classes the node classes
 * @param files the model files
 * @param labels the labels that its workflow requires
 */
public record GraphRequirements(Set<String> classes, List<ModelFile> files, Set<String> labels) {
  /** No known requirement. */
  public static final GraphRequirements NONE = new GraphRequirements(Set.of(), List.of(), Set.of());

  // ComfyUI's own list (folder_paths.py: supported_pt_extensions) and those of node packs.
  private static final Set<String> MODEL_ENDINGS =
      Set.of("ckpt", "pt", "pt2", "bin", "pth", "safetensors", "pkl", "sft", "gguf", "onnx");
  private static final int LONGEST_NAME = 300;

  /** A model file, and the input that names it: each input has its own list of files. */
  public record ModelFile(String classType, String input, String name) {}

  public GraphRequirements {
    classes = new TreeSet<>(classes);
    files = List.copyOf(files);
    labels = new TreeSet<>(labels);
  }

  /**
   * The requirements of a graph.
   *
   * @param graph in API format
   * @param labels the labels that its workflow requires
   */
  public static GraphRequirements of(ObjectNode graph, Set<String> labels) {
    Set<String> classes = new TreeSet<>();
    List<ModelFile> files =
        graph.properties().stream()
            .flatMap(
                entry -> {
                  String type = entry.getValue().path("class_type").asText();
                  classes.add(type);
                  return entry.getValue().path("inputs").properties().stream()
                      .filter(input -> isModel(input.getValue()))
                      .map(input -> new ModelFile(type, input.getKey(), input.getValue().asText()));
                })
            .distinct()
            .sorted(Comparator.comparing(ModelFile::toString))
            .toList();
    return new GraphRequirements(classes, files, labels);
  }

  private static boolean isModel(JsonNode value) {
    String text = value.isTextual() ? value.asText() : "";
    int dot = text.lastIndexOf('.');
    return dot > 0
        && text.length() <= LONGEST_NAME
        && text.lines().count() == 1
        && MODEL_ENDINGS.contains(text.substring(dot + 1).toLowerCase(Locale.ROOT));
  }

  /** The same without the model files. */
  public GraphRequirements withoutFiles() {
    return new GraphRequirements(classes, List.of(), labels);
  }

  /** The names of the model files, which a server that ran the graph has loaded. */
  public Set<String> models() {
    return files.stream().map(ModelFile::name).collect(Collectors.toSet());
  }

  boolean isNone() {
    return classes.isEmpty() && files.isEmpty() && labels.isEmpty();
  }
}
