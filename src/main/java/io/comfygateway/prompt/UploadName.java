package io.comfygateway.prompt;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.media.SafeName;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/**
 * The place of an input file on a ComfyUI server, as {@code POST /upload/image} takes and answers
 * it.
 *
 * @param subfolder the folder below ComfyUI's input folder, empty for that folder itself
 * @param filename the name in it
 */
public record UploadName(String subfolder, String filename) {
  // Everything else is replaced: a name that ends in [output] or [temp] would make ComfyUI look
  // into another folder, and not every server's file system takes more than ASCII.
  private static final Pattern UNUSUAL = Pattern.compile("[^A-Za-z0-9._()-]");

  /**
   * A place of its own for each job: ComfyUI renames on a clash, and jobs of different callers must
   * not see each other's files. The same file of the same job always gets the same place.
   */
  public static UploadName of(UUID jobId, String filename) {
    String safe = SafeName.of(filename);
    String plain = UNUSUAL.matcher(safe).replaceAll("_");
    return new UploadName("gateway/" + jobId, safe.equals(plain) ? plain : marked(plain, safe));
  }

  /**
   * The place that ComfyUI answered, {@code {"name": …, "subfolder": …, "type": "input"}}; it may
   * have renamed the file.
   *
   * @return empty where the answer names no file
   */
  public static Optional<UploadName> ofAnswer(JsonNode answer) {
    String name = answer.path("name").asText("");
    return name.isEmpty() || !answer.path("name").isTextual()
        ? Optional.empty()
        : Optional.of(new UploadName(answer.path("subfolder").asText(""), name));
  }

  /** What a node's input, such as {@code LoadImage.image}, is set to. */
  public String inputValue() {
    return subfolder.isEmpty() ? filename : subfolder + "/" + filename;
  }

  // Two names that differ only in replaced characters must stay two files.
  private static String marked(String plain, String original) {
    CRC32 sum = new CRC32();
    sum.update(original.getBytes(StandardCharsets.UTF_8));
    return SafeName.of("%08x-%s".formatted(sum.getValue(), plain));
  }
}
