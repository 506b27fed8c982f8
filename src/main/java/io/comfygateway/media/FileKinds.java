package io.comfygateway.media;

import io.comfygateway.workflow.FileKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/** Of which kinds a file is by its bytes, of those that inputs accept. */
final class FileKinds {
  private static final int STL_HEADER = 84;
  private static final int STL_TRIANGLE = 50;

  private FileKinds() {}

  /**
   * The kinds of a file; none where no input accepts it.
   *
   * @param head its first bytes
   * @param seen its media type by these, where they have one
   */
  static Set<FileKind> of(Path file, byte[] head, Optional<String> seen) throws IOException {
    if (seen.isPresent()) {
      return ofType(seen.get());
    }
    Optional<String> harm = HarmfulContent.of(head, head.length == Files.size(file));
    if (harm.isPresent()) {
      return harm.get().equals(HarmfulContent.ARCHIVE) ? Set.of(FileKind.ARCHIVE) : Set.of();
    }
    return isBinaryStl(file, head) ? Set.of(FileKind.MODEL) : TextScan.kinds(file);
  }

  private static Set<FileKind> ofType(String type) {
    return switch (type) {
      case "image/gif" -> Set.of(FileKind.IMAGE, FileKind.VIDEO);
      case "audio/ogg" -> Set.of(FileKind.AUDIO, FileKind.VIDEO);
      case "application/zip", "application/gzip" -> Set.of(FileKind.ARCHIVE);
      case ContentTypes.SAFETENSORS, ContentTypes.GGUF -> Set.of(FileKind.MODEL);
      default -> {
        if (FileRules.IMAGES.contains(type)) {
          yield Set.of(FileKind.IMAGE);
        }
        yield switch (type.substring(0, type.indexOf('/'))) {
          case "audio" -> Set.of(FileKind.AUDIO);
          case "video" -> Set.of(FileKind.VIDEO);
          case "model" -> Set.of(FileKind.MODEL);
          default -> Set.of();
        };
      }
    };
  }

  // A header of any bytes, the number of triangles, and the triangles.
  private static boolean isBinaryStl(Path file, byte[] head) throws IOException {
    if (head.length < STL_HEADER) {
      return false;
    }
    int count = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).getInt(STL_HEADER - 4);
    return count > 0 && STL_HEADER + (long) count * STL_TRIANGLE == Files.size(file);
  }
}
