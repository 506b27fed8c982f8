package io.comfygateway.media;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * The bytes by which a file format is known (WHATWG MIME Sniffing, and the formats' own
 * specifications).
 *
 * @param bytes the file's first bytes
 * @param offset where {@code brand} is
 * @param brand a second mark, empty where the first is enough
 * @param type the media type
 */
record Signature(byte[] bytes, int offset, byte[] brand, String type) {
  private static final String RIFF = "52494646";
  private static final int EBML_HEADER = 64;
  private static final int FIRST_BRAND = 16;
  private static final int LONGEST_BRANDS = 512;
  // What the format's own library accepts.
  private static final int LONGEST_HEADER = 100_000_000;

  private static final List<Signature> ALL =
      List.of(
          of("89504E470D0A1A0A", "image/png"),
          of("FFD8FF", "image/jpeg"),
          of("474946383761", "image/gif"),
          of("474946383961", "image/gif"),
          of(RIFF, 8, "WEBP", "image/webp"),
          of("49492A00", "image/tiff"),
          of("4D4D002A", "image/tiff"),
          of("49492B00", "image/tiff"),
          of("4D4D002B", "image/tiff"),
          of("762F3101", "image/x-exr"),
          of("38425053", "image/vnd.adobe.photoshop"),
          of("", 4, "ftypqt  ", "video/quicktime"),
          of("", 4, "ftypavi", "image/avif"),
          of("", 4, "ftyphei", "image/heic"),
          of("", 4, "ftyphev", "image/heic"),
          of("", 4, "ftypmif1", "image/heic"),
          of("", 4, "ftypmsf1", "image/heic"),
          of("", 4, "ftypM4A", "audio/mp4"),
          of("", 4, "ftyp", "video/mp4"),
          of(RIFF, 8, "AVI ", "video/x-msvideo"),
          of(RIFF, 8, "WAVE", "audio/wav"),
          of("494433", "audio/mpeg"),
          of("FFFB", "audio/mpeg"),
          of("FFF3", "audio/mpeg"),
          of("FFF2", "audio/mpeg"),
          of("FFFA", "audio/mpeg"),
          of("FFF1", "audio/aac"),
          of("FFF9", "audio/aac"),
          of("664C6143", "audio/flac"),
          of("4F676753", "audio/ogg"),
          of("676C5446", "model/gltf-binary"),
          of("", 0, "Kaydara FBX Binary  \0", "model/fbx"),
          of("", 0, "ply\nformat ", "model/ply"),
          of("", 0, "ply\r\nformat ", "model/ply"),
          of("", 0, "GGUF", ContentTypes.GGUF),
          of("255044462D", "application/pdf"),
          of("504B0304", "application/zip"),
          of("504B0506", "application/zip"),
          of("1F8B08", "application/gzip"));

  static Optional<String> find(byte[] head) {
    if (startsWith(head, 0, HexFormat.of().parseHex("1A45DFA3"))) {
      return Optional.of(matroska(head));
    }
    // Two letters alone prove too little; the reserved zeros that follow in the header count as
    // well.
    if (startsWith(head, 0, "BM".getBytes(StandardCharsets.US_ASCII))
        && startsWith(head, 6, new byte[4])) {
      return Optional.of("image/bmp");
    }
    if (isAvif(head)) {
      return Optional.of("image/avif");
    }
    if (isSafetensors(head)) {
      return Optional.of(ContentTypes.SAFETENSORS);
    }
    return ALL.stream()
        .filter(it -> startsWith(head, 0, it.bytes) && startsWith(head, it.offset, it.brand))
        .map(Signature::type)
        .findFirst();
  }

  // The length of a header, which is a JSON object of tensors by name, perhaps padded with spaces.
  private static boolean isSafetensors(byte[] head) {
    if (head.length < 10 || head[8] != '{' || head[9] != '"' && head[9] != '}') {
      return false;
    }
    long length = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).getLong();
    return length >= 2 && length <= LONGEST_HEADER;
  }

  // HEIC and AVIF share the brand mif1; those that a file is compatible with say which it is
  // (ISO/IEC 14496-12, section 4.3).
  private static boolean isAvif(byte[] head) {
    if (!startsWith(head, 4, "ftypmif1".getBytes(StandardCharsets.US_ASCII))) {
      return false;
    }
    int end = Math.min(head.length, Math.min(ByteBuffer.wrap(head).getInt(), LONGEST_BRANDS));
    for (int at = FIRST_BRAND; at + 4 <= end; at += 4) {
      if (startsWith(head, at, "avif".getBytes(StandardCharsets.US_ASCII))) {
        return true;
      }
    }
    return false;
  }

  // WebM is Matroska with another DocType, which is somewhere in the EBML header.
  private static String matroska(byte[] head) {
    String header =
        new String(head, 0, Math.min(head.length, EBML_HEADER), StandardCharsets.ISO_8859_1);
    return header.contains("webm") ? "video/webm" : "video/x-matroska";
  }

  private static Signature of(String hex, String type) {
    return of(hex, 0, "", type);
  }

  private static Signature of(String hex, int offset, String brand, String type) {
    return new Signature(
        HexFormat.of().parseHex(hex), offset, brand.getBytes(StandardCharsets.US_ASCII), type);
  }

  private static boolean startsWith(byte[] head, int offset, byte[] mark) {
    if (head.length < offset + mark.length) {
      return false;
    }
    for (int i = 0; i < mark.length; i++) {
      if (head[offset + i] != mark[i]) {
        return false;
      }
    }
    return true;
  }
}
