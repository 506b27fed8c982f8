package io.comfygateway.picture;

import io.comfygateway.files.StoredBytes;
import io.comfygateway.output.Output;
import java.util.Optional;

/**
 * The output that is converted.
 *
 * @param name an id that no other output has, safe as a file name
 * @param owner the caller that it belongs to
 * @param contentType its media type
 * @param size its size, if its header says so
 * @param bytes its bytes
 */
public record OriginalPicture(
    String name, String owner, String contentType, Optional<PictureSize> size, StoredBytes bytes) {
  private static final int DIGITS = 16;

  /**
   * A stored output. Its digest is in the name, since a job that runs again replaces its outputs.
   */
  public static OriginalPicture of(Output output, String owner, StoredBytes bytes) {
    return new OriginalPicture(
        "%s-%d-%s"
            .formatted(output.job(), output.index(), output.stored().sha256().substring(0, DIGITS)),
        owner,
        output.stored().contentType(),
        output.stored().dimensions().map(size -> new PictureSize(size.width(), size.height())),
        bytes);
  }
}
