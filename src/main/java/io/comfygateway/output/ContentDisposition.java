package io.comfygateway.output;

import io.comfygateway.media.SafeName;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;

/** The header {@code Content-Disposition} of an output (RFC 6266, RFC 8187). */
public final class ContentDisposition {
  // RFC 8187, section 3.2.1: attr-char.
  private static final String UNESCAPED = "!#$&+-.^_`|~";
  private static final Set<String> SHOWN_TEXT =
      Set.of("text/plain", "text/csv", "text/markdown", "text/vtt", "application/json");

  private ContentDisposition() {}

  /**
   * The header's value: {@code inline} for what a browser shows without running anything in it,
   * {@code attachment} for the rest, scripts in SVG, HTML and XML above all.
   *
   * @param contentType the output's media type
   * @param filename a name from anywhere; it cannot break out of the header
   */
  public static String of(String contentType, String filename) {
    String name = SafeName.of(filename);
    return "%s; filename=\"%s\"; filename*=UTF-8''%s"
        .formatted(isShown(contentType) ? "inline" : "attachment", ascii(name), escaped(name));
  }

  /** Whether a browser may show the media type in the gateway's own origin. */
  static boolean isShown(String contentType) {
    String type = contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    boolean media =
        type.startsWith("image/") || type.startsWith("video/") || type.startsWith("audio/");
    return media && !type.contains("xml") || SHOWN_TEXT.contains(type);
  }

  // For clients that know only the old parameter. A % would make some of them decode it.
  private static String ascii(String name) {
    return name.replaceAll("[^\\x20-\\x7E]", "_").replaceAll("[\"\\\\%]", "_");
  }

  private static String escaped(String name) {
    StringBuilder result = new StringBuilder();
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xFF);
      boolean plain =
          c >= 'a' && c <= 'z'
              || c >= 'A' && c <= 'Z'
              || c >= '0' && c <= '9'
              || UNESCAPED.indexOf(c) >= 0;
      result.append(plain ? String.valueOf(c) : "%%%02X".formatted((int) c));
    }
    return result.toString();
  }
}
