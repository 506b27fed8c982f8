package io.comfygateway.console;

import io.comfygateway.digest.Sha256;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/**
 * A file as it is served.
 *
 * @param plain its bytes
 * @param zipped the same in gzip
 * @param tag the beginning of its {@code ETag}, without quotes
 * @param headers its other header fields
 */
record ServedFile(Buffer plain, Buffer zipped, String tag, Map<String, String> headers) {
  private static final int TAG_LENGTH = 22;

  static ServedFile of(byte[] bytes, Map<String, String> headers) {
    return new ServedFile(
        Buffer.buffer(bytes),
        Buffer.buffer(zip(bytes)),
        Base64.getEncoder().encodeToString(Sha256.of(bytes)).substring(0, TAG_LENGTH),
        Map.copyOf(headers));
  }

  /** The {@code ETag} of one of its two forms. */
  String entityTag(boolean isZipped) {
    return isZipped ? "\"" + tag + "-gzip\"" : "\"" + tag + "\"";
  }

  private static byte[] zip(byte[] bytes) {
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (GZIPOutputStream out =
        new GZIPOutputStream(zipped) {
          {
            def.setLevel(java.util.zip.Deflater.BEST_COMPRESSION);
          }
        }) {
      out.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return zipped.toByteArray();
  }
}
