package io.comfygateway.output;

import io.comfygateway.media.SafeName;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The header {@code Content-Disposition} of an output (RFC 6266, RFC 8187). */
public final class ContentDisposition {
  // RFC 8187, section 3.2.1: attr-char.
  private static final String UNESCAPED = "!#$&+-.^_`|~";
  private static final Set<String> SHOWN_TEXT =
      Set.of("text/plain", "text/csv", "text/markdown", "text/vtt", "application/json");

  private static final Pattern PARAMETER =
      Pattern.compile(
          ";\\s*+(filename\\*?+)\\s*+=\\s*+(?:\"((?:[^\"\\\\]|\\\\.)*+)\"|([^\\s\";]++))",
          Pattern.CASE_INSENSITIVE);

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

  /**
   * The name that a request's header gives; {@code filename*} comes before {@code filename} (RFC
   * 6266, section 4.3).
   *
   * @return empty if it gives none, or one that cannot be decoded
   */
  public static Optional<String> filename(String header) {
    Optional<String> plain = Optional.empty();
    Matcher parameters = PARAMETER.matcher(header);
    while (parameters.find()) {
      String name = parameters.group(1).toLowerCase(Locale.ROOT);
      if (name.equals("filename*") && parameters.group(3) != null) {
        Optional<String> decoded = extended(parameters.group(3));
        if (decoded.isPresent()) {
          return decoded;
        }
      } else if (name.equals("filename")) {
        plain =
            Optional.of(
                parameters.group(2) == null
                    ? parameters.group(3)
                    : parameters.group(2).replaceAll("\\\\(.)", "$1"));
      }
    }
    return plain.filter(name -> !name.isBlank());
  }

  // RFC 8187: UTF-8'en'na%C3%AFve.png
  private static Optional<String> extended(String value) {
    String[] parts = value.split("'", 3);
    if (parts.length < 3 || !parts[0].equalsIgnoreCase("UTF-8")) {
      return Optional.empty();
    }
    try {
      return Optional.of(URLDecoder.decode(parts[2].replace("+", "%2B"), StandardCharsets.UTF_8))
          .filter(name -> !name.isBlank());
    } catch (IllegalArgumentException malformed) {
      return Optional.empty();
    }
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
