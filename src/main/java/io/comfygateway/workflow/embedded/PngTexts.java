package io.comfygateway.workflow.embedded;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;

/**
 * The text chunks of a PNG: {@code tEXt}, {@code zTXt}, {@code iTXt}, and {@code comf}, in which
 * ComfyUI's animated PNGs have theirs, behind the pixels.
 *
 * @see <a href="https://www.w3.org/TR/png-3/#11textinfo">PNG, 11.3.3</a>
 */
final class PngTexts {
  private static final String SIGNATURE = "\u0089PNG\r\n\u001a\n";
  private static final int HEADER = 8;
  private static final int CHECKSUM = 4;
  private static final int BUFFER = 8 << 10;

  private PngTexts() {}

  static boolean isMeant(MediaBytes file) throws IOException {
    return file.has(0, SIGNATURE);
  }

  static void read(MediaBytes file, MediaTexts texts) throws IOException {
    long at = SIGNATURE.length();
    for (int chunk = 0; chunk < MediaTexts.MOST_PARTS && at + HEADER <= file.size(); chunk++) {
      long length = file.u32(at);
      String type = file.text(at + 4, 4, StandardCharsets.ISO_8859_1);
      if (type.equals("IEND")) {
        return;
      }
      boolean isText =
          type.equals("tEXt") || type.equals("zTXt") || type.equals("iTXt") || type.equals("comf");
      if (isText && length <= MediaTexts.LARGEST) {
        try {
          text(type, file.bytes(at + HEADER, (int) length), texts);
        } catch (ZipException damaged) {
          // The chunks behind it can still be read.
        }
      }
      at += HEADER + length + CHECKSUM;
    }
  }

  private static void text(String type, byte[] chunk, MediaTexts texts) throws IOException {
    int end = zero(chunk, 0);
    if (end < 0) {
      return;
    }
    String name = new String(chunk, 0, end, StandardCharsets.ISO_8859_1);
    if (!texts.lacks(name)) {
      return;
    }
    switch (type) {
      case "zTXt" -> texts.add(name, latin(inflate(chunk, end + 2, texts)));
      case "iTXt" -> international(name, chunk, end, texts);
      default -> texts.add(name, latin(Arrays.copyOfRange(chunk, end + 1, chunk.length)));
    }
  }

  // A flag and a method of compression, then a language and a translated name, each with a zero.
  private static void international(String name, byte[] chunk, int end, MediaTexts texts)
      throws IOException {
    int language = zero(chunk, end + 3);
    int translated = language < 0 ? -1 : zero(chunk, language + 1);
    if (translated >= 0) {
      boolean isCompressed = chunk[end + 1] == 1;
      texts.add(
          name,
          isCompressed
              ? inflate(chunk, translated + 1, texts)
              : Arrays.copyOfRange(chunk, translated + 1, chunk.length));
    }
  }

  private static String latin(byte[] bytes) {
    // Declared as ISO 8859-1; some tools write UTF-8 all the same.
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    return text.chars().allMatch(c -> c < 0x80) ? text : utf8OrLatin(bytes, text);
  }

  private static String utf8OrLatin(byte[] bytes, String latin) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    return text.indexOf('\ufffd') < 0 ? text : latin;
  }

  private static byte[] inflate(byte[] chunk, int from, MediaTexts texts) throws IOException {
    if (from > chunk.length) {
      return new byte[0];
    }
    try (InflaterInputStream in =
        new InflaterInputStream(new ByteArrayInputStream(chunk, from, chunk.length - from))) {
      ByteArrayOutputStream plain = new ByteArrayOutputStream();
      byte[] part = new byte[BUFFER];
      // Counted part by part: what is damaged further on has been unpacked as well.
      for (int count = in.read(part); count >= 0; count = in.read(part)) {
        texts.spend(count);
        plain.write(part, 0, count);
        if (plain.size() > MediaTexts.LARGEST) {
          return new byte[0];
        }
      }
      return plain.toByteArray();
    }
  }

  private static int zero(byte[] bytes, int from) {
    for (int i = from; i < bytes.length; i++) {
      if (bytes[i] == 0) {
        return i;
      }
    }
    return -1;
  }
}
