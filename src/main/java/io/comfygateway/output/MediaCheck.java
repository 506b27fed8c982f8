package io.comfygateway.output;

import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** What an answer for a picture, a video, a sound or a model cannot be. */
public final class MediaCheck {
  private MediaCheck() {}

  /**
   * Refuses an HTML page, such as that of a login proxy.
   *
   * @param contentType the type that the answer has
   * @param bytes the answer; it supports marks, and is left where it was
   */
  public static void requireNoPage(OutputFile file, @Nullable String contentType, InputStream bytes)
      throws IOException {
    if (file.kind().isMedia()
        && (contentType != null && contentType.startsWith("text/html")
            || PageStart.isPage(bytes))) {
      throw new IOException(
          "ComfyUI answered an HTML page for the output %s; is there a login page in front of it?"
              .formatted(file.filename()));
    }
  }

  /** Refuses an empty file: an empty text is a text, and an empty picture is a fault. */
  static void requireBytes(OutputFile file, StoredOutput stored) throws IOException {
    if (file.kind().isMedia() && stored.bytes() == 0) {
      throw new IOException("ComfyUI answered no bytes for the output " + file.filename());
    }
  }
}
