package io.comfygateway.output;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a prompt gave, read from the {@code outputs} of its history entry by shape and not by key:
 * nodes report files under {@code images}, {@code gifs}, {@code audio}, {@code 3d} and names of
 * their own.
 *
 * @param files its files: by node (numeric ids ascending, then other ids by name), and in the order
 *     in which each node reported them
 * @param texts its texts, in the same order
 */
public record HistoryOutputs(List<OutputFile> files, List<TextOutput> texts) {
  private static final int MAX_DEPTH = 16;
  private static final Pattern NUMBER = Pattern.compile("[0-9]+");

  private static final Comparator<String> BY_NODE =
      Comparator.comparing((String id) -> !NUMBER.matcher(id).matches())
          .thenComparing(id -> NUMBER.matcher(id).matches() ? unpadded(id).length() : 0)
          .thenComparing(id -> NUMBER.matcher(id).matches() ? unpadded(id) : id)
          .thenComparing(Comparator.naturalOrder());

  public HistoryOutputs {
    files = List.copyOf(files);
    texts = List.copyOf(texts);
  }

  /**
   * The files of type {@code output}; those of type {@code temp} only where there are no others.
   */
  public static HistoryOutputs read(JsonNode outputs) {
    return read(outputs, false);
  }

  /**
   * Reads the outputs. Never throws on JSON of another shape: what is not recognised is left out.
   *
   * @param outputs the {@code outputs} of a history entry: a map from node id to the node's output
   * @param includeTemp whether previews are wanted beside the files of type {@code output}
   */
  public static HistoryOutputs read(JsonNode outputs, boolean includeTemp) {
    Found found = new Found();
    outputs.properties().stream()
        .sorted(Map.Entry.comparingByKey(BY_NODE))
        .forEach(node -> found.walk(node.getKey(), "", node.getValue(), 0));
    boolean temp = includeTemp || found.files.stream().noneMatch(it -> it.type.equals("output"));
    List<OutputFile> files = new ArrayList<>();
    Set<List<String>> seen = new LinkedHashSet<>();
    for (Reported it : found.files) {
      boolean wanted = it.type.equals("output") || temp && it.type.equals("temp");
      if (wanted && seen.add(List.of(it.filename, it.subfolder, it.type))) {
        OutputKind kind = OutputKind.of(it.filename, it.key);
        files.add(new OutputFile(files.size(), it.node, kind, it.filename, it.subfolder, it.type));
      }
    }
    return new HistoryOutputs(files, found.texts);
  }

  private static String unpadded(String number) {
    return number.replaceFirst("^0+(?=.)", "");
  }

  private record Reported(
      String node, String key, String filename, String subfolder, String type) {}

  private static final class Found {
    private final List<Reported> files = new ArrayList<>();
    private final List<TextOutput> texts = new ArrayList<>();

    // Some nodes wrap what they give in lists and maps of their own; the key is the nearest one.
    void walk(String node, String key, JsonNode value, int depth) {
      if (depth > MAX_DEPTH) {
        return;
      }
      if (isFile(value)) {
        String subfolder = value.path("subfolder").asText("");
        files.add(
            new Reported(
                node, key, value.get("filename").asText(), subfolder, value.get("type").asText()));
      } else if (value.isObject()) {
        value.properties().forEach(it -> walk(node, it.getKey(), it.getValue(), depth + 1));
      } else if (value.isArray()) {
        value.forEach(it -> walk(node, key, it, depth + 1));
      } else if (key.equals("text") && value.isValueNode() && !value.isNull()) {
        texts.add(new TextOutput(node, value.asText()));
      }
    }

    private static boolean isFile(JsonNode value) {
      JsonNode subfolder = value.path("subfolder");
      return value.path("filename").isTextual()
          && !value.path("filename").asText().isBlank()
          && value.path("type").isTextual()
          && (subfolder.isTextual() || subfolder.isNull());
    }
  }
}
