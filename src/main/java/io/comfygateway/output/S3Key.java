package io.comfygateway.output;

import io.comfygateway.media.SafeName;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Keys of objects, of characters that every S3 server and every URL library handles alike. */
final class S3Key {
  // A key has at most 1,024 bytes; the rest is for the job's id, the index and the name.
  private static final int MAX_PREFIX_BYTES = 800;
  private static final Pattern UNUSUAL = Pattern.compile("[^\\p{L}\\p{M}\\p{N}!_.()=-]");

  private S3Key() {}

  static String of(String prefix, UUID jobId, int index, String filename) {
    String folder = folder(prefix);
    return "%s%s/%d-%s".formatted(folder, jobId, index, plain(SafeName.of(filename)));
  }

  // Clients and gateways resolve empty segments and dots in paths in ways of their own.
  private static String folder(String prefix) {
    String folder =
        Arrays.stream(prefix.split("/"))
            .filter(it -> !it.matches("[.\\s]*"))
            .map(it -> plain(it.strip()) + "/")
            .collect(Collectors.joining());
    if (folder.getBytes(StandardCharsets.UTF_8).length > MAX_PREFIX_BYTES) {
      throw Problem.ofField(
          ProblemType.INVALID_INPUT,
          "/s3/prefix",
          "The field /s3/prefix has more than " + MAX_PREFIX_BYTES + " bytes; shorten it.");
    }
    return folder;
  }

  private static String plain(String text) {
    return UNUSUAL.matcher(text).replaceAll("_");
  }
}
