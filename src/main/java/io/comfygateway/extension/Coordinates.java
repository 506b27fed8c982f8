package io.comfygateway.extension;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A library in a Maven repository.
 *
 * @param group such as {@code org.apache.camel}
 * @param artifact such as {@code camel-kafka}
 * @param version such as {@code 4.17.0}
 */
public record Coordinates(String group, String artifact, String version) {
  /** The group of Camel's own libraries. */
  public static final String CAMEL = "org.apache.camel";

  private static final Pattern WRITTEN =
      Pattern.compile("([A-Za-z0-9_.-]{1,200}):([A-Za-z0-9_.-]{1,200}):([A-Za-z0-9_.+-]{1,100})");

  /** Reads {@code GROUP:ARTIFACT:VERSION}; empty where it is something else. */
  public static Optional<Coordinates> parse(String text) {
    Matcher matcher = WRITTEN.matcher(text);
    return matcher.matches()
        ? Optional.of(new Coordinates(matcher.group(1), matcher.group(2), matcher.group(3)))
        : Optional.empty();
  }

  /** Whether it is one of Camel's own libraries, whose version is that of the gateway. */
  public boolean isCamel() {
    return group.equals(CAMEL);
  }

  /** The library whatever its version: {@code group:artifact}. */
  public String key() {
    return group + ":" + artifact;
  }

  /** What a user calls it: the name alone where it is Camel's. */
  public String name() {
    return isCamel() ? artifact : key();
  }

  @Override
  public String toString() {
    return group + ":" + artifact + ":" + version;
  }
}
