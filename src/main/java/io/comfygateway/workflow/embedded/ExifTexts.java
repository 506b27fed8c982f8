package io.comfygateway.workflow.embedded;

import java.io.EOFException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The texts of Exif data: ComfyUI writes {@code prompt:…} and {@code workflow:…} as model and maker
 * of the camera, packs also as the user's comment.
 *
 * @see <a href="https://www.cipa.jp/std/documents/download_e.html?DC-008-Translation-2023-E">Exif
 *     3.0, 4.6</a>
 */
final class ExifTexts {
  private static final int MOST_ENTRIES = 500;
  private static final int ENTRY = 12;
  private static final int EXIF_DIRECTORY = 0x8769;
  private static final int USER_COMMENT = 0x9286;
  private static final int ASCII = 2;
  private static final int UNDEFINED = 7;
  private static final int BYTE = 1;
  private static final int CODE = 8;

  private final ByteBuffer data;
  private final MediaTexts texts;

  private ExifTexts(ByteBuffer data, MediaTexts texts) {
    this.data = data;
    this.texts = texts;
  }

  static void read(byte[] exif, MediaTexts texts) throws EOFException {
    // Some writers of WebP keep the prefix that belongs into a JPEG.
    boolean isPrefixed =
        new String(exif, 0, Math.min(6, exif.length), StandardCharsets.ISO_8859_1)
            .equals("Exif\0\0");
    byte[] bytes = isPrefixed ? Arrays.copyOfRange(exif, 6, exif.length) : exif;
    ByteBuffer data = ByteBuffer.wrap(bytes);
    if (bytes.length < 8) {
      return;
    }
    if (bytes[0] == 'I') {
      data.order(ByteOrder.LITTLE_ENDIAN);
    }
    ExifTexts reader = new ExifTexts(data, texts);
    int further = reader.directory(data.getInt(4));
    if (further > 0) {
      reader.directory(further);
    }
  }

  /** Reads a directory; the answer is where the one of Exif's own fields is, 0 if nowhere. */
  private int directory(int at) throws EOFException {
    if (at < 0 || at > data.limit() - 2) {
      return 0;
    }
    int further = 0;
    int entries = Math.min(data.getShort(at) & 0xffff, MOST_ENTRIES);
    for (int i = 0; i < entries; i++) {
      int entry = at + 2 + i * ENTRY;
      if (entry > data.limit() - ENTRY) {
        return further;
      }
      int tag = data.getShort(entry) & 0xffff;
      int type = data.getShort(entry + 2) & 0xffff;
      if (tag == EXIF_DIRECTORY) {
        further = data.getInt(entry + 8);
      } else if (type == ASCII || type == UNDEFINED || type == BYTE) {
        text(tag, entry);
      }
    }
    return further;
  }

  private void text(int tag, int entry) throws EOFException {
    int count = data.getInt(entry + 4);
    int from = count <= 4 ? entry + 8 : data.getInt(entry + 8);
    if (count < 0 || count > MediaTexts.LARGEST || from < 0 || from > data.limit() - count) {
      return;
    }
    texts.spend(count);
    byte[] bytes = Arrays.copyOfRange(data.array(), from, from + count);
    if (tag == USER_COMMENT && count > CODE) {
      String code = new String(bytes, 0, CODE, StandardCharsets.ISO_8859_1);
      Charset charset =
          !code.startsWith("UNICODE")
              ? StandardCharsets.UTF_8
              : data.order() == ByteOrder.LITTLE_ENDIAN
                  ? StandardCharsets.UTF_16LE
                  : StandardCharsets.UTF_16BE;
      texts.addNamed(new String(bytes, CODE, count - CODE, charset));
    } else {
      texts.addNamed(new String(bytes, StandardCharsets.UTF_8));
    }
  }
}
