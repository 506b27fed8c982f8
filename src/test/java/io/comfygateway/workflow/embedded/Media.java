package io.comfygateway.workflow.embedded;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.DeflaterOutputStream;

/** Small media files with texts in them, as ComfyUI and its libraries write them. */
public final class Media {
  private Media() {}

  static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    Arrays.stream(parts).forEach(all::writeBytes);
    return all.toByteArray();
  }

  static byte[] latin(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static byte[] u32(long value) {
    return ByteBuffer.allocate(4).putInt((int) value).array();
  }

  static byte[] little(int value) {
    return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array();
  }

  /** A PNG with chunks before its end. */
  public static byte[] png(byte[]... chunks) {
    return join(
        latin("\u0089PNG\r\n\u001a\n"),
        chunk("IHDR", new byte[13]),
        join(chunks),
        chunk("IEND", new byte[0]));
  }

  /** A chunk with a text under a name. */
  public static byte[] textChunk(String name, String text) {
    return chunk("tEXt", join(latin(name), new byte[1], latin(text)));
  }

  static byte[] chunk(String type, byte[] content) {
    return join(u32(content.length), latin(type), content, new byte[4]);
  }

  static byte[] deflated(byte[] plain) throws java.io.IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (DeflaterOutputStream deflater = new DeflaterOutputStream(out)) {
      deflater.write(plain);
    }
    return out.toByteArray();
  }

  /** Exif data whose first directory has these texts as maker, model and so on. */
  static byte[] exif(ByteOrder order, String... texts) {
    int from = 8 + 2 + 12 * texts.length + 4;
    ByteBuffer data = ByteBuffer.allocate(from + 100_000).order(order);
    data.put(latin(order == ByteOrder.BIG_ENDIAN ? "MM" : "II"));
    data.putShort((short) 42).putInt(8).putShort((short) texts.length);
    int at = from;
    for (int i = 0; i < texts.length; i++) {
      byte[] text = utf8(texts[i] + "\0");
      data.putShort((short) (0x010f + i)).putShort((short) 2).putInt(text.length).putInt(at);
      data.put(at, text);
      at += text.length;
    }
    return Arrays.copyOf(data.array(), at);
  }

  /** Exif data with a user's comment in its own directory. */
  static byte[] userComment(String code, String text, Charset charset) {
    byte[] comment = join(latin(code), text.getBytes(charset));
    ByteBuffer data = ByteBuffer.allocate(44 + comment.length);
    data.put(latin("MM")).putShort((short) 42).putInt(8).putShort((short) 1);
    data.putShort((short) 0x8769).putShort((short) 4).putInt(1).putInt(26).putInt(0);
    data.putShort((short) 1);
    data.putShort((short) 0x9286).putShort((short) 7).putInt(comment.length).putInt(44);
    data.position(44);
    return data.put(comment).array();
  }

  static byte[] webp(byte[] exif) {
    byte[] padding = new byte[exif.length & 1];
    byte[] chunks =
        join(
            latin("VP8L"),
            little(3),
            new byte[4],
            latin("EXIF"),
            little(exif.length),
            exif,
            padding);
    return join(latin("RIFF"), little(chunks.length + 4), latin("WEBP"), chunks);
  }

  static byte[] jpeg(byte[] exif) {
    byte[] segment = join(latin("Exif\0\0"), exif);
    int length = segment.length + 2;
    return join(
        latin("\u00ff\u00d8\u00ff\u00e0\0\4ab\u00ff\u00e1"),
        new byte[] {(byte) (length >> 8), (byte) length},
        segment,
        latin("\u00ff\u00da"));
  }

  static byte[] box(String type, byte[]... content) {
    byte[] inside = join(content);
    return join(u32(8L + inside.length), latin(type), inside);
  }

  private static byte[] data(String text) {
    return box("data", u32(1), u32(0), utf8(text));
  }

  /**
   * A film with named metadata in {@code moov/udta/meta} or, as QuickTime has it, {@code
   * moov/meta}.
   */
  static byte[] mp4(boolean isQuickTime, String... namesAndTexts) {
    byte[] keys = join(u32(0), u32(namesAndTexts.length / 2));
    byte[] items = new byte[0];
    for (int i = 0; i < namesAndTexts.length; i += 2) {
      keys = join(keys, box("mdta", utf8(namesAndTexts[i])));
      byte[] value = data(namesAndTexts[i + 1]);
      items = join(items, u32(8L + value.length), u32(i / 2 + 1L), value);
    }
    byte[] parts = join(box("hdlr", new byte[25]), box("keys", keys), box("ilst", items));
    byte[] meta = isQuickTime ? box("meta", parts) : box("udta", box("meta", u32(0), parts));
    return join(box("ftyp", latin("isom")), box("mdat", new byte[9]), box("moov", meta));
  }

  static byte[] mp4Comment(String text) {
    byte[] meta =
        box("meta", u32(0), box("hdlr", new byte[25]), box("ilst", box("\u00a9cmt", data(text))));
    return join(box("ftyp", latin("isom")), box("moov", box("udta", meta)));
  }

  private static byte[] element(String id, byte[]... content) {
    byte[] inside = join(content);
    return join(latin(id), u32(0x1000_0000L | inside.length), inside);
  }

  /** A WebM with tags; its segment is of unknown size, as that of a live recording. */
  static byte[] webm(String... namesAndTexts) {
    byte[] tags = new byte[0];
    for (int i = 0; i < namesAndTexts.length; i += 2) {
      tags =
          join(
              tags,
              element(
                  "g\u00c8",
                  element("E\u00a3", utf8(namesAndTexts[i])),
                  element("D\u0087", utf8(namesAndTexts[i + 1]))));
    }
    return join(
        element("\u001aE\u00df\u00a3", new byte[5]),
        latin("\u0018S\u0080g\u00ff"),
        element("\u001fC\u00b6u", new byte[30]),
        element("\u0012T\u00c3g", element("ss", tags)));
  }

  static byte[] flac(String... comments) {
    byte[] list = join(little(4), latin("Lavf"), little(comments.length));
    for (String comment : comments) {
      list = join(list, little(utf8(comment).length), utf8(comment));
    }
    byte[] length = Arrays.copyOfRange(u32(list.length), 1, 4);
    return join(latin("fLaC\0\0\0\""), new byte[34], latin("\u0084"), length, list);
  }

  private static byte[] sevenBits(int value) {
    return new byte[] {
      (byte) (value >> 21 & 0x7f),
      (byte) (value >> 14 & 0x7f),
      (byte) (value >> 7 & 0x7f),
      (byte) (value & 0x7f)
    };
  }

  /** An MP3 of a version of ID3v2, with one text in an encoding. */
  static byte[] mp3(int version, int encoding, Charset charset, String name, String text) {
    byte[] zero = encoding == 1 || encoding == 2 ? new byte[2] : new byte[1];
    byte[] content =
        join(new byte[] {(byte) encoding}, name.getBytes(charset), zero, text.getBytes(charset));
    byte[] size = version > 3 ? sevenBits(content.length) : u32(content.length);
    byte[] frame = join(latin("TXXX"), size, new byte[2], content);
    return join(latin("ID3"), new byte[] {(byte) version, 0, 0}, sevenBits(frame.length), frame);
  }
}
