package io.comfygateway.comfyapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.comfygateway.media.ContentTypes;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * The names under which clients see the files of their prompts. Two servers both make {@code
 * ComfyUI_00001_.png}, so a file keeps its filename and its type, and the job's id is added to its
 * subfolder: {@code portraits} becomes {@code portraits/<job>}, and no subfolder becomes {@code
 * <job>}. The history, the messages on the WebSocket and {@code /view} all use these names.
 */
public final class ClientFiles {
  private static final int MAX_DEPTH = 16;
  private static final int MAX_NAME = 1_000;
  private static final Pattern JOB = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

  private ClientFiles() {}

  /**
   * The place of a file on the server that made it.
   *
   * @param job the job that made it
   * @param subfolder its subfolder there, empty for none
   */
  public record Origin(UUID job, String subfolder) {}

  /** The subfolder under which a client sees a file. */
  public static String subfolder(UUID job, String onServer) {
    return onServer.isEmpty() ? job.toString() : onServer + "/" + job;
  }

  /** Where a file is from; empty if {@link #subfolder} did not make its subfolder. */
  public static Optional<Origin> origin(String subfolder) {
    int slash = subfolder.lastIndexOf('/');
    String last = subfolder.substring(slash + 1);
    return JOB.matcher(last).matches()
        ? Optional.of(new Origin(UUID.fromString(last), subfolder.substring(0, Math.max(0, slash))))
        : Optional.empty();
  }

  /**
   * The outputs of a node, or of all nodes, with the names under which the client sees the files.
   * Files of type {@code input} keep theirs: they are the client's own uploads.
   *
   * @param outputs JSON of any shape; it is not changed
   */
  public static JsonNode named(UUID job, JsonNode outputs) {
    JsonNode copy = outputs.deepCopy();
    rename(job, copy, 0);
    return copy;
  }

  private static void rename(UUID job, JsonNode value, int depth) {
    if (depth > MAX_DEPTH) {
      return;
    }
    if (value instanceof ObjectNode object && isFile(object)) {
      if (!"input".equals(object.path("type").asText())) {
        object.put("subfolder", subfolder(job, object.path("subfolder").asText("")));
      }
    } else if (value instanceof ArrayNode array) {
      for (int n = 0; n < array.size(); n++) {
        if (array.get(n).isTextual()) {
          array.set(n, path(job, array.get(n).asText()));
        } else {
          rename(job, array.get(n), depth + 1);
        }
      }
    } else {
      value.properties().stream()
          .filter(field -> !"text".equals(field.getKey()))
          .forEach(field -> rename(job, field.getValue(), depth + 1));
    }
  }

  // Preview3D and similar nodes name their file in a plain string.
  private static TextNode path(UUID job, String text) {
    boolean isModel =
        text.length() <= MAX_NAME
            && ContentTypes.ofName(text).filter(type -> type.startsWith("model/")).isPresent();
    if (!isModel) {
      return TextNode.valueOf(text);
    }
    String path = text.replace('\\', '/');
    int end = path.lastIndexOf('/');
    String folder = subfolder(job, path.substring(0, Math.max(0, end)));
    return TextNode.valueOf(folder + "/" + path.substring(end + 1));
  }

  private static boolean isFile(ObjectNode value) {
    return value.path("filename").isTextual()
        && !value.path("filename").asText().isBlank()
        && (value.path("type").isTextual() || value.path("subfolder").isTextual());
  }
}
