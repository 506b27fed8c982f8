package io.comfygateway.extension;

import io.comfygateway.config.Suggestion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The components, languages and data formats of the Camel version that the gateway is built with,
 * shipped or not, and the library that each is in. The list comes from Camel's own catalog.
 */
public final class CamelParts {
  private static final String RESOURCE = "/extension/parts.txt";
  private static final String PREFIX = "camel-";

  private final List<Part> parts;

  /**
   * A part of Camel.
   *
   * @param kind {@code component}, {@code language}, {@code dataformat} or {@code other}
   * @param name its name in routes, such as {@code sftp}
   * @param library the name of its library, such as {@code camel-ftp}
   */
  public record Part(String kind, String name, String library) {}

  private CamelParts(List<Part> parts) {
    this.parts = parts;
  }

  /** The list that comes with the gateway. */
  public static CamelParts shipped() {
    try (InputStream in = CamelParts.class.getResourceAsStream(RESOURCE)) {
      return new CamelParts(
          new String(in.readAllBytes(), StandardCharsets.UTF_8)
              .lines()
              .filter(line -> !line.startsWith("#"))
              .map(line -> line.split(" "))
              .map(words -> new Part(words[0], words[1], words[2]))
              .toList());
    } catch (IOException e) {
      throw new UncheckedIOException("the list " + RESOURCE + " cannot be read", e);
    }
  }

  /** All parts, by kind and name. */
  public List<Part> all() {
    return parts;
  }

  /** The names of all parts of a kind. */
  public Set<String> names(String kind) {
    return parts.stream()
        .filter(part -> part.kind().equals(kind))
        .map(Part::name)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The library that a part of a kind is in; empty where Camel has no such part. */
  public Optional<String> library(String kind, String name) {
    return parts.stream()
        .filter(part -> part.kind().equals(kind) && part.name().equals(name))
        .map(Part::library)
        .findFirst();
  }

  /** Whether Camel has a library of this name. */
  public boolean hasLibrary(String library) {
    return parts.stream().anyMatch(part -> part.library().equals(library));
  }

  /**
   * What a user who names a library that Camel does not have probably means: the library of a
   * component of that name, or one with a similar name.
   *
   * @return {@code ; did you mean "camel-ftp"?}, or an empty text
   */
  public String suggestion(String library) {
    String name = library.startsWith(PREFIX) ? library.substring(PREFIX.length()) : library;
    return parts.stream()
        .filter(part -> part.name().equals(name))
        .map(part -> "; did you mean \"" + part.library() + "\"?")
        .findFirst()
        .orElseGet(
            () ->
                Suggestion.didYouMean(
                    PREFIX + name, parts.stream().map(Part::library).collect(Collectors.toSet())));
  }
}
