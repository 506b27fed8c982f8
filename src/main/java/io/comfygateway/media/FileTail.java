package io.comfygateway.media;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The bytes after the end of audio, video and models that say where they end. Players ignore them,
 * and recorders leave some, so only harmful ones are a fault. Nothing may follow a picture.
 */
final class FileTail {
  private static final int LOOKED_AT = 4096;

  private FileTail() {}

  /** What they are, such as {@code an archive}; empty where they are harmless. */
  static Optional<String> of(String type, Path file) throws IOException {
    try (FileBytes in = new FileBytes(file)) {
      long end =
          switch (type) {
            case "audio/wav", "video/x-msvideo" -> riff(in);
            case "model/gltf-binary" -> binaryGltf(in);
            case "video/mp4", "video/quicktime", "audio/mp4" -> CameraTrailer.boxes(in, 0);
            default -> in.length();
          };
      if (end >= in.length()) {
        return Optional.empty();
      }
      in.seek(end);
      in.skipPadding();
      return HarmfulContent.of(in.peek(in.position(), LOOKED_AT));
    } catch (EOFException cutOff) {
      return Optional.empty();
    }
  }

  // A file that is still being recorded has no length yet. Long videos have several parts.
  private static long riff(FileBytes in) throws IOException {
    long end = 0;
    while (in.text(4).equals("RIFF")) {
      long length = in.little32();
      if (length == 0 || length == 0xFFFFFFFFL) {
        return in.length();
      }
      end = in.position() + length + (length & 1);
      in.seek(end);
      if (in.length() - end < 4) {
        return end;
      }
    }
    return end;
  }

  private static long binaryGltf(FileBytes in) throws IOException {
    in.skip(8);
    return in.little32();
  }
}
