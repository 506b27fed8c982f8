package io.comfygateway.prompt;

import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** A media file inside a JSON body: a data URI (RFC 2397) or plain base64. */
public final class DataUri {
  private static final Pattern MEDIA_TYPE =
      Pattern.compile("[a-z0-9!#$&^_.+-]{1,100}/[a-z0-9!#$&^_.+-]{1,100}");
  private static final Pattern SPACE = Pattern.compile("\\s+");

  private final Optional<String> contentType;
  private final byte[] bytes;

  private DataUri(Optional<String> contentType, byte[] bytes) {
    this.contentType = contentType;
    this.bytes = bytes;
  }

  /**
   * Reads the value of a field.
   *
   * @param text a data URI, or base64 in the usual or the URL-safe alphabet, with or without
   *     padding and line breaks
   * @param maxBytes the most bytes that the file may have; nothing larger is decoded
   * @param pointer the field, as a JSON pointer
   * @throws Problem INVALID_INPUT where the value is neither, or too large
   */
  public static DataUri parse(String text, long maxBytes, String pointer) {
    String value = text.strip();
    if (!isDataUri(value)) {
      return new DataUri(Optional.empty(), base64(value, maxBytes, pointer));
    }
    int comma = value.indexOf(',');
    if (comma < 0) {
      throw fault(pointer, "is a data URI without a comma between its media type and its data");
    }
    String header = value.substring("data:".length(), comma).toLowerCase(Locale.ROOT);
    String data = value.substring(comma + 1);
    // RFC 2397, section 2: without a media type the data is text.
    String type = header.split(";", 2)[0].strip();
    type = type.isEmpty() ? "text/plain" : type;
    if (!MEDIA_TYPE.matcher(type).matches()) {
      throw fault(pointer, "is a data URI whose media type is not one, such as image/png");
    }
    byte[] bytes =
        header.endsWith(";base64")
            ? base64(unescapedText(data), maxBytes, pointer)
            : unescaped(data, maxBytes, pointer);
    return new DataUri(Optional.of(type), bytes);
  }

  /** Whether a value is meant as a data URI. */
  public static boolean isDataUri(String text) {
    return text.regionMatches(true, 0, "data:", 0, "data:".length());
  }

  /** The media type without parameters, empty for plain base64, which has none. */
  public Optional<String> contentType() {
    return contentType;
  }

  /** The file's bytes, not a copy of them: they may be many. */
  public byte[] bytes() {
    return bytes;
  }

  private static byte[] base64(String text, long maxBytes, String pointer) {
    // Before anything is copied: four characters carry three bytes, white space none, padding two
    // less.
    if (text.chars().filter(c -> c > ' ').count() * 3 / 4 - 2 > maxBytes) {
      throw tooLarge(pointer, maxBytes);
    }
    String plain = SPACE.matcher(text).replaceAll("").replace('-', '+').replace('_', '/');
    if (plain.isEmpty()) {
      throw fault(pointer, "is empty; give a URL, a data URI or base64");
    }
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(plain);
    } catch (IllegalArgumentException e) {
      throw fault(pointer, "is neither a URL, nor a data URI, nor valid base64");
    }
    return limited(bytes, maxBytes, pointer);
  }

  private static byte[] unescaped(String data, long maxBytes, String pointer) {
    if (data.length() / 3 > maxBytes) {
      throw tooLarge(pointer, maxBytes);
    }
    byte[] escaped = data.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(escaped.length);
    for (int i = 0; i < escaped.length; i++) {
      if (escaped[i] != '%') {
        bytes.write(escaped[i]);
      } else if (i + 2 < escaped.length
          && HexFormat.isHexDigit(escaped[i + 1])
          && HexFormat.isHexDigit(escaped[i + 2])) {
        bytes.write(
            HexFormat.fromHexDigit(escaped[i + 1]) << 4 | HexFormat.fromHexDigit(escaped[i + 2]));
        i += 2;
      } else {
        throw fault(pointer, "is a data URI with a % that two hexadecimal digits do not follow");
      }
    }
    return limited(bytes.toByteArray(), maxBytes, pointer);
  }

  // A data URI is a URI, so the characters of base64 may be escaped in it.
  private static String unescapedText(String data) {
    return data.replace("%2B", "+")
        .replace("%2b", "+")
        .replace("%2F", "/")
        .replace("%2f", "/")
        .replace("%3D", "=")
        .replace("%3d", "=");
  }

  private static byte[] limited(byte[] bytes, long maxBytes, String pointer) {
    if (bytes.length > maxBytes) {
      throw tooLarge(pointer, maxBytes);
    }
    return bytes;
  }

  private static Problem tooLarge(String pointer, long maxBytes) {
    return fault(pointer, "has more than " + maxBytes + " bytes; give the file's URL instead");
  }

  private static Problem fault(String pointer, String what) {
    String place = pointer.isEmpty() ? "A file in the graph" : "The field " + pointer;
    return Problem.ofField(ProblemType.INVALID_INPUT, pointer, place + " " + what + ".");
  }
}
