package io.comfygateway.route;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The names of what flows through routes: properties, headers and events that the gateway sets. */
public final class ExchangeNames {
  private static final String RESOURCE = "/route/exchange-names.txt";

  private final String text;

  private ExchangeNames(String text) {
    this.text = text;
  }

  /** The names of this gateway. */
  public static ExchangeNames shipped() {
    try (InputStream in = ExchangeNames.class.getResourceAsStream(RESOURCE)) {
      return new ExchangeNames(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("the list " + RESOURCE + " cannot be read", e);
    }
  }

  /** Exchange properties that a step may read. */
  public Set<String> properties() {
    return names("property");
  }

  /** Headers that a step may read or set, beside those of the contract and of Camel. */
  public Set<String> headers() {
    return names("header");
  }

  /** What comes after {@code seda:job.} where a route listens to what happens to jobs. */
  public Set<String> events() {
    return names("event");
  }

  private Set<String> names(String kind) {
    return text.lines()
        .map(line -> line.split(" ", 2))
        .filter(words -> words[0].equals(kind))
        .map(words -> words[1])
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
