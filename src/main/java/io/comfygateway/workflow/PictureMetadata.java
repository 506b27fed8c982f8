package io.comfygateway.workflow;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * What a PNG says of how it was made. ComfyUI writes the graph as a text chunk with the keyword
 * {@code prompt}, and what its editor shows as {@code workflow}, before the pixels.
 */
final class PictureMetadata {
  private static final long SIGNATURE = 0x89504E470D0A1A0AL;
  private static final Set<String> TEXTS = Set.of("tEXt", "zTXt", "iTXt");
  private static final Set<String> KEYWORDS = Set.of("prompt", "workflow");
  private static final int MOST_CHUNKS = 100;
  private static final int CHECKSUM = 4;

  /** PNG 1.2, section 4.2.3: a keyword has 1 to 79 bytes and a zero behind it. */
  private static final int LONGEST_KEYWORD = 80;

  private PictureMetadata() {}

  /** Whether a file is a PNG that ComfyUI has written a graph into. */
  static boolean holdsGraph(Path file) {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      return in.readLong() == SIGNATURE && holdsGraph(in);
    } catch (IOException unreadable) {
      // It ends too soon, or may not be read: it is no workflow either way.
      return false;
    }
  }

  private static boolean holdsGraph(DataInputStream in) throws IOException {
    for (int chunk = 0; chunk < MOST_CHUNKS; chunk++) {
      int length = in.readInt();
      String type = new String(in.readNBytes(CHECKSUM), StandardCharsets.ISO_8859_1);
      if (length < 0 || type.equals("IDAT") || type.equals("IEND")) {
        return false;
      }
      byte[] start = in.readNBytes(Math.min(length, LONGEST_KEYWORD));
      if (TEXTS.contains(type) && KEYWORDS.contains(keyword(start))) {
        return true;
      }
      in.skipNBytes((long) length - start.length + CHECKSUM);
    }
    return false;
  }

  private static String keyword(byte[] start) {
    String text = new String(start, StandardCharsets.ISO_8859_1);
    int end = text.indexOf('\0');
    return end < 0 ? "" : text.substring(0, end);
  }

  /** That a picture holds a workflow and is not loaded. */
  static FileFault fault(String picture) {
    return new FileFault(
        picture,
        0,
        "",
        "This is a picture by ComfyUI that holds its workflow; pictures are not loaded",
        "open it in ComfyUI, use \"Workflow > Export (API)\" and put that file here");
  }
}
