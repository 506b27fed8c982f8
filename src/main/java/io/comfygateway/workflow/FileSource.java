package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.POJONode;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/** Where the bytes of a file input come from. */
public sealed interface FileSource {
  /** Less than the smallest pictures have, and more than a UUID. */
  int SHORTEST_BASE64 = 40;

  /** How ids are written (RFC 9562). */
  Pattern UUID_TEXT = Pattern.compile("\\p{XDigit}{8}(?:-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");

  /**
   * A file part of the form.
   *
   * @param name the part's name
   */
  record Part(String name) implements FileSource {
    /** What its messages call it. */
    @Override
    public String toString() {
      return "a file";
    }
  }

  /**
   * A text that contains the file, or says where it is.
   *
   * @param text an http(s) URL, a data URI, base64 or the id of an upload
   */
  record Text(String text) implements FileSource {}

  /** The part that a value stands for; no JSON that a caller writes is one. */
  static Optional<Part> part(JsonNode value) {
    return value instanceof POJONode pojo && pojo.getPojo() instanceof Part part
        ? Optional.of(part)
        : Optional.empty();
  }

  /**
   * Whether a value brings a file along, and is not the name of one that ComfyUI has: a part of the
   * form, an http(s) URL, a data URI, base64, or the id of an upload: names of files have an
   * extension.
   */
  static boolean isIn(JsonNode value) {
    return part(value).isPresent() || (value.isTextual() && isIn(value.asText().strip()));
  }

  private static boolean isIn(String text) {
    return startsWith(text, "data:")
        || startsWith(text, "http://")
        || startsWith(text, "https://")
        || upload(text).isPresent()
        || isBase64(text);
  }

  /** The id of an upload that a text is, in the form that the gateway gives ids. */
  static Optional<UUID> upload(String text) {
    return UUID_TEXT.matcher(text.strip()).matches()
        ? Optional.of(UUID.fromString(text.strip()))
        : Optional.empty();
  }

  private static boolean startsWith(String text, String scheme) {
    return text.regionMatches(true, 0, scheme, 0, scheme.length());
  }

  // A name has an ending; one without is a hash or a UUID, perhaps below a folder. Only one of the
  // two alphabets of RFC 4648 is in use at a time, so that a path with dashes is no base64.
  private static boolean isBase64(String text) {
    int length = 0;
    boolean plain = false;
    boolean urlSafe = false;
    boolean beyondHex = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c <= ' ') {
        continue;
      }
      boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
      boolean digit = c >= '0' && c <= '9';
      plain |= c == '+' || c == '/';
      urlSafe |= c == '-' || c == '_';
      beyondHex |= letter && Character.toLowerCase(c) > 'f';
      if (!letter && !digit && "+/-_=".indexOf(c) < 0) {
        return false;
      }
      length++;
    }
    return length >= SHORTEST_BASE64 && beyondHex && !(plain && urlSafe);
  }

  /** The source that a value stands for. */
  static FileSource of(JsonNode value) {
    return part(value).<FileSource>map(part -> part).orElseGet(() -> new Text(value.asText()));
  }
}
