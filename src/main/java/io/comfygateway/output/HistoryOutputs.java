package io.comfygateway.output;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.media.ContentTypes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
  private static final int MAX_NAME = 1_000;
  private static final String OUTPUT = "output";
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
    boolean temp = includeTemp || found.files.stream().noneMatch(it -> it.type.equals(OUTPUT));
    List<OutputFile> files = new ArrayList<>();
    Set<List<String>> seen = new LinkedHashSet<>();
    for (Reported it : found.files) {
      boolean wanted = it.type.equals(OUTPUT) || temp && it.type.equals("temp");
      if (wanted && seen.add(List.of(it.filename, it.subfolder, it.type))) {
        OutputKind kind = OutputKind.of(it.filename, it.key);
        files.add(
            new OutputFile(
                files.size(),
                it.node,
                kind,
                it.filename,
                it.subfolder,
                it.type,
                it.isGuessed,
                Optional.empty()));
      }
    }
    return new HistoryOutputs(files, found.texts);
  }

  private static String unpadded(String number) {
    return number.replaceFirst("^0+(?=.)", "");
  }

  private record Reported(
      String node, String key, String filename, String subfolder, String type, boolean isGuessed) {}

  private static final class Found {
    private final List<Reported> files = new ArrayList<>();
    private final List<TextOutput> texts = new ArrayList<>();

    // Some nodes wrap what they give in lists and maps of their own; the key is the nearest one.
    void walk(String node, String key, JsonNode value, int depth) {
      if (depth > MAX_DEPTH) {
        return;
      }
      if (isFile(value)) {
        files.add(
            new Reported(
                node,
                key,
                value.get("filename").asText(),
                value.path("subfolder").asText(""),
                value.path("type").asText(OUTPUT),
                false));
      } else if (value.isObject()) {
        value.properties().forEach(it -> walk(node, it.getKey(), it.getValue(), depth + 1));
      } else if (value.isArray()) {
        value.forEach(it -> item(node, key, it, depth + 1));
      } else if (key.equals("text") && value.isValueNode() && !value.isNull()) {
        texts.add(new TextOutput(node, value.asText()));
      }
    }

    // Preview3D and nodes like it name their file in a bare string.
    private void item(String node, String key, JsonNode value, int depth) {
      if (value.isTextual() && !key.equals("text") && isModel(value.asText())) {
        String path = value.asText().replace('\\', '/');
        int end = path.lastIndexOf('/');
        files.add(
            new Reported(
                node,
                key,
                path.substring(end + 1),
                path.substring(0, Math.max(0, end)),
                OUTPUT,
                true));
      } else {
        walk(node, key, value, depth);
      }
    }

    private static boolean isModel(String name) {
      return name.length() <= MAX_NAME
          && ContentTypes.ofName(name).filter(type -> type.startsWith("model/")).isPresent();
    }

    // ComfyUI's own nodes give all three; some of others leave out the subfolder or the type.
    private static boolean isFile(JsonNode value) {
      JsonNode subfolder = value.path("subfolder");
      JsonNode type = value.path("type");
      return value.path("filename").isTextual()
          && !value.path("filename").asText().isBlank()
          && (type.isTextual() || subfolder.isTextual())
          && isTextOrNothing(type)
          && isTextOrNothing(subfolder);
    }

    private static boolean isTextOrNothing(JsonNode value) {
      return value.isTextual() || value.isNull() || value.isMissingNode();
    }
  }
}
