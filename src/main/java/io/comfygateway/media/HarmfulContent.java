package io.comfygateway.media;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What nobody has a reason to hand to a node as a file: programs, pages that a browser would run,
 * archives, and Python's pickles, which run code where they are loaded.
 */
final class HarmfulContent {
  private static final Map<String, String> BY_FIRST_BYTES = firstBytes();

  // A browser takes a file for a page by what it begins with (WHATWG MIME Sniffing, section 7.1),
  // behind white space and comments.
  private static final Pattern SKIPPED =
      Pattern.compile(
          "\\A(?:\\uFEFF|\\s|<!--.*?(?:-->|\\z)|<\\?xml.*?(?:\\?>|\\z))+", Pattern.DOTALL);
  private static final Pattern SVG =
      Pattern.compile("\\A(?:<!doctype svg|<svg\\b).*", Pattern.DOTALL);
  private static final Pattern PAGE =
      Pattern.compile(
          "\\A<(?:!doctype|html|head|body|script|iframe|title|style|div|table|font|a|b|h1|p|br|\\?php)\\b.*",
          Pattern.DOTALL);

  private HarmfulContent() {}

  private static Map<String, String> firstBytes() {
    Map<String, String> kinds = new LinkedHashMap<>();
    kinds.put("4D5A", "a program for Windows");
    kinds.put("7F454C46", "a program for Linux");
    for (String macho : new String[] {"FEEDFACE", "FEEDFACF", "CEFAEDFE", "CFFAEDFE", "CAFEBABE"}) {
      kinds.put(macho, "a program for macOS or Java");
    }
    kinds.put("0061736D", "a WebAssembly program");
    kinds.put("2321", "a script");
    for (String zip : new String[] {"504B0304", "504B0506", "504B0708"}) {
      kinds.put(zip, "a zip archive");
    }
    for (String archive :
        new String[] {
          "1F8B", "425A68", "FD377A585A00", "28B52FFD", "377ABCAF271C", "526172211A07"
        }) {
      kinds.put(archive, "an archive");
    }
    // Protocol 2 to 5 (PEP 307, PEP 3154, PEP 574), and an opcode that such files go on with.
    for (String protocol : new String[] {"8002", "8003", "8004", "8005"}) {
      kinds.put(protocol, "a pickle of Python");
    }
    return kinds;
  }

  /**
   * What it is, such as {@code an HTML page}.
   *
   * @param head the file's first bytes, 1 KiB where it has them
   */
  static Optional<String> of(byte[] head) {
    String hex = HexFormat.of().withUpperCase().formatHex(head, 0, Math.min(head.length, 8));
    return BY_FIRST_BYTES.entrySet().stream()
        .filter(kind -> hex.startsWith(kind.getKey()))
        .map(Map.Entry::getValue)
        .findFirst()
        .or(() -> markup(head));
  }

  private static Optional<String> markup(byte[] head) {
    String text = new String(head, StandardCharsets.UTF_8).toLowerCase(Locale.ROOT);
    String start = SKIPPED.matcher(text).replaceFirst("");
    if (SVG.matcher(start).matches()) {
      return Optional.of("an SVG, which can carry scripts");
    }
    return PAGE.matcher(start).matches() ? Optional.of("an HTML page") : Optional.empty();
  }
}
