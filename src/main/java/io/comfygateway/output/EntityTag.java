package io.comfygateway.output;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A strong entity tag (RFC 9110, section 8.8.3): a digest in quotes.
 *
 * @param value the tag with its quotes
 */
public record EntityTag(String value) {
  private static final Pattern TAG = Pattern.compile("(W/)?(\"[\\x21\\x23-\\x7E\\x80-\\xFF]*+\")");

  /** The tag of what has this digest, in hexadecimal digits. */
  public static EntityTag of(String digest) {
    return new EntityTag('"' + digest + '"');
  }

  /** Whether {@code If-None-Match} names this tag, so that 304 is the answer (weak comparison). */
  public boolean isIn(String ifNoneMatch) {
    if (ifNoneMatch.strip().equals("*")) {
      return true;
    }
    Matcher tags = TAG.matcher(ifNoneMatch);
    while (tags.find()) {
      if (tags.group(2).equals(value)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether {@code If-Range} holds, so that a range may be sent (strong comparison). A date never
   * does: outputs have no {@code Last-Modified}.
   */
  public boolean isExactly(String ifRange) {
    return value.equals(ifRange.strip());
  }
}
