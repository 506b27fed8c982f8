package io.comfygateway.media;

import static java.util.Map.entry;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is no picture, audio, video, model or text: programs, pages that a browser would run,
 * archives, and Python's pickles, which run code when they are loaded. It names them for the
 * caller; what is not known here is refused as well.
 */
final class HarmfulContent {
  static final String ARCHIVE = "an archive";
  private static final String PADDED = "a text that begins with 64 KB of white space and comments";

  private static final List<Map.Entry<String, String>> BY_FIRST_BYTES =
      List.of(
          entry("4D5A", "a program for Windows"),
          entry("7F454C46", "a program for Linux"),
          entry("FEEDFACE", "a program for macOS or Java"),
          entry("FEEDFACF", "a program for macOS or Java"),
          entry("CEFAEDFE", "a program for macOS or Java"),
          entry("CFFAEDFE", "a program for macOS or Java"),
          entry("CAFEBABE", "a program for macOS or Java"),
          entry("0061736D", "a WebAssembly program"),
          entry("25215053", "a PostScript program"),
          entry("C5D0D3C6", "a PostScript program"),
          entry("2321", "a script"),
          entry("504B0304", "a zip archive"),
          entry("504B0506", "a zip archive"),
          entry("504B0708", "a zip archive"),
          entry("1F8B", ARCHIVE), // gzip
          entry("1F9D", ARCHIVE), // compress
          entry("1FA0", ARCHIVE),
          entry("425A68", ARCHIVE), // bzip2
          entry("FD377A585A00", ARCHIVE), // xz
          entry("5D00008000", ARCHIVE), // lzma, with its usual dictionaries
          entry("5D00000001", ARCHIVE),
          entry("5D00000004", ARCHIVE),
          entry("28B52FFD", ARCHIVE), // zstd
          entry("04224D18", ARCHIVE), // lz4
          entry("02214C18", ARCHIVE),
          entry("4C5A4950", ARCHIVE), // lzip
          entry("377ABCAF271C", ARCHIVE), // 7z
          entry("526172211A07", ARCHIVE), // rar
          entry("4D534346", ARCHIVE), // cab
          entry("213C617263683E0A", ARCHIVE), // ar
          entry("303730373031", ARCHIVE), // cpio
          entry("303730373037", ARCHIVE),
          // Protocol 1 to 5 (PEP 307, PEP 3154, PEP 574).
          entry("8001", "a pickle of Python"),
          entry("8002", "a pickle of Python"),
          entry("8003", "a pickle of Python"),
          entry("8004", "a pickle of Python"),
          entry("8005", "a pickle of Python"));

  private static final int TAR_MARK = 257;
  private static final int TAR_CHECKSUM = 148;
  private static final int TAR_HEADER = 512;

  private HarmfulContent() {}

  /**
   * What it is, such as {@code an HTML page}.
   *
   * @param head the file's first bytes, some KiB where it has them
   */
  static Optional<String> of(byte[] head) {
    String hex = HexFormat.of().withUpperCase().formatHex(head, 0, Math.min(head.length, 8));
    for (Map.Entry<String, String> kind : BY_FIRST_BYTES) {
      if (hex.startsWith(kind.getKey())) {
        return Optional.of(kind.getValue());
      }
    }
    return isTar(head) ? Optional.of(ARCHIVE) : Markup.of(decoded(head));
  }

  /**
   * What a file is of which more was read, where its first bytes alone do not say it: a page may
   * begin with any amount of white space and comments.
   *
   * @param head the file's first bytes
   * @param isWhole whether these are the whole file
   */
  static Optional<String> of(byte[] head, boolean isWhole) {
    Optional<String> found = of(head);
    return found.isEmpty() && !isWhole && Markup.isUndecided(decoded(head))
        ? Optional.of(PADDED)
        : found;
  }

  // By its mark; the oldest have none, but a checksum over the header.
  private static boolean isTar(byte[] head) {
    if (head.length < TAR_HEADER) {
      return false;
    }
    if (new String(head, TAR_MARK, 5, StandardCharsets.ISO_8859_1).equals("ustar")) {
      return true;
    }
    long sum = 0;
    for (int i = 0; i < TAR_HEADER; i++) {
      boolean inSum = i >= TAR_CHECKSUM && i < TAR_CHECKSUM + 8;
      sum += inSum ? ' ' : head[i] & 0xFF;
    }
    return head[0] != 0 && sum == octal(head, TAR_CHECKSUM);
  }

  private static long octal(byte[] head, int at) {
    long value = 0;
    for (int i = at; i < at + 8; i++) {
      if (head[i] >= '0' && head[i] <= '7') {
        value = value * 8 + head[i] - '0';
      } else if (head[i] != ' ' && head[i] != 0) {
        return -1;
      }
    }
    return value;
  }

  static String decoded(byte[] head) {
    if (startsWith(head, 0xFF, 0xFE)) {
      return new String(head, StandardCharsets.UTF_16LE);
    }
    return startsWith(head, 0xFE, 0xFF)
        ? new String(head, StandardCharsets.UTF_16BE)
        : new String(head, StandardCharsets.UTF_8);
  }

  private static boolean startsWith(byte[] head, int first, int second) {
    return head.length > 1 && (head[0] & 0xFF) == first && (head[1] & 0xFF) == second;
  }
}
