package io.comfygateway.extension;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.eclipse.aether.util.version.GenericVersionScheme;
import org.eclipse.aether.version.InvalidVersionSpecificationException;
import org.eclipse.aether.version.Version;

/** The libraries that come with the gateway, as the build lists them in the gateway's jar. */
public final class ShippedLibraries {
  private static final String RESOURCE = "/META-INF/libraries.txt";

  /** Libraries whose classes are in another library that is shipped. */
  private static final Map<String, String> REPLACED =
      Map.of(
          "commons-logging:commons-logging", "spring-jcl",
          "org.slf4j:jcl-over-slf4j", "spring-jcl",
          "org.springframework:spring-jcl", "spring-jcl");

  private final Map<String, String> versions;

  private ShippedLibraries(Map<String, String> versions) {
    this.versions = versions;
  }

  /**
   * The libraries of this build.
   *
   * @return empty where the classes were not packed by the build, as in an editor
   */
  public static Optional<ShippedLibraries> ofThisBuild() {
    try (InputStream in = ShippedLibraries.class.getResourceAsStream(RESOURCE)) {
      return in == null
          ? Optional.empty()
          : Optional.of(parse(new String(in.readAllBytes(), StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException("the list " + RESOURCE + " cannot be read", e);
    }
  }

  /**
   * Reads what Maven's {@code dependency:list} writes: {@code group:artifact:jar:version:scope}, or
   * with a classifier before the version, one a line between other lines.
   */
  public static ShippedLibraries parse(String text) {
    Map<String, String> versions = new LinkedHashMap<>();
    text.lines()
        .map(line -> line.strip().split(" ", 2)[0].split(":"))
        .filter(words -> words.length >= 5 && words[2].equals("jar"))
        .forEach(words -> versions.put(words[0] + ":" + words[1], words[words.length - 2]));
    return new ShippedLibraries(versions);
  }

  /** The shipped version of a library; empty where the gateway does not have it. */
  public Optional<String> version(String key) {
    return Optional.ofNullable(versions.get(key));
  }

  /** Whether the gateway has the classes of a library, of whatever version. */
  boolean has(String group, String artifact) {
    String key = group + ":" + artifact;
    return versions.containsKey(key) || REPLACED.containsKey(key);
  }

  /**
   * The version in which a library fits those of its family that the gateway has, such as one of
   * Netty beside the others of Netty.
   *
   * @param wanted the version that is asked for
   * @return the version that at least two shipped libraries of the group have, where none of the
   *     same major version has another, and where it is newer than the one that is asked for
   */
  Optional<String> aligned(String group, String wanted) {
    Map<String, Long> family =
        versions.entrySet().stream()
            .filter(entry -> entry.getKey().startsWith(group + ":"))
            .map(Map.Entry::getValue)
            .filter(version -> major(version).equals(major(wanted)))
            .collect(Collectors.groupingBy(version -> version, Collectors.counting()));
    return family.size() != 1
        ? Optional.empty()
        : family.entrySet().stream()
            .filter(entry -> entry.getValue() > 1 && isNewer(entry.getKey(), wanted))
            .map(Map.Entry::getKey)
            .findFirst();
  }

  private static String major(String version) {
    return version.split("[.-]", 2)[0];
  }

  /** Whether a version comes after another, in Maven's order. */
  static boolean isNewer(String version, String than) {
    GenericVersionScheme scheme = new GenericVersionScheme();
    try {
      Version one = scheme.parseVersion(version);
      return one.compareTo(scheme.parseVersion(than)) > 0;
    } catch (InvalidVersionSpecificationException e) {
      return false;
    }
  }

  /** The version of Camel. */
  public String camelVersion() {
    return version(Coordinates.CAMEL + ":camel-api")
        .orElseThrow(() -> new IllegalStateException("the gateway was built without Camel"));
  }
}
