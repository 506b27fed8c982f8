package io.comfygateway;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.PropertiesComponent;

/** The settings of {@code config/application.properties}, read and checked once. */
public final class Settings {
  private final Map<String, String> values;

  private Settings(Map<String, String> values) {
    this.values = values;
  }

  /**
   * Reads the settings.
   *
   * @param file {@code application.properties}
   * @param overrides what takes precedence over the file and the environment
   * @throws InvalidSettings where a value cannot be used; it names every such setting
   */
  public static Settings read(Path file, Map<String, String> overrides) {
    if (!Files.isRegularFile(file)) {
      throw new InvalidSettings(
          List.of(
              "There is no "
                  + file.toAbsolutePath()
                  + ". Start in the folder of the gateway, or set GATEWAY_CONFIG to the file."));
    }
    Map<String, String> values = new TreeMap<>();
    try (DefaultCamelContext reader = new DefaultCamelContext(false)) {
      PropertiesComponent properties = reader.getPropertiesComponent();
      properties.setLocation("file:" + file.toAbsolutePath());
      Properties initial = new Properties();
      initial.putAll(overrides);
      properties.setOverrideProperties(initial);
      reader.build();
      Properties loaded = properties.loadProperties();
      for (String name : loaded.stringPropertyNames()) {
        values.put(name, reader.resolvePropertyPlaceholders(loaded.getProperty(name)));
      }
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    values.putAll(overrides);
    Settings settings = new Settings(values);
    settings.check();
    return settings;
  }

  private void check() {
    List<String> faults = new ArrayList<>();
    for (Check check : checks()) {
      try {
        check.reading().apply(this);
      } catch (IllegalArgumentException e) {
        faults.add(check.setting() + ": " + e.getMessage());
      }
    }
    if (!faults.isEmpty()) {
      throw new InvalidSettings(faults);
    }
  }

  private record Check(String setting, Function<Settings, Object> reading) {}

  private static List<Check> checks() {
    return List.of(
        new Check("gateway.host", Settings::isLoopback),
        new Check("gateway.port", Settings::port),
        new Check("gateway.window", Settings::window),
        new Check(
            "gateway.poll.interval-ms", settings -> settings.millis("gateway.poll.interval-ms")),
        new Check(
            "gateway.callback.timeout-ms",
            settings -> settings.millis("gateway.callback.timeout-ms")),
        new Check(
            "gateway.max-body-bytes",
            settings -> settings.number("gateway.max-body-bytes", 1_024, Long.MAX_VALUE)),
        new Check(
            "gateway.max-nodes", settings -> settings.number("gateway.max-nodes", 1, 100_000)),
        new Check(
            "gateway.idempotency.retention-hours",
            settings -> settings.hours("gateway.idempotency.retention-hours")),
        new Check(
            "gateway.output-url.valid-hours",
            settings -> settings.hours("gateway.output-url.valid-hours")),
        new Check("gateway.public-url", Settings::publicUrl),
        new Check("gateway.s3.endpoint", Settings::s3Endpoint));
  }

  /** Settings that cannot be used. */
  public static final class InvalidSettings extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;
    private final transient List<String> faults;

    public InvalidSettings(List<String> faults) {
      super(String.join("\n", faults));
      this.faults = faults;
    }

    /** One sentence a setting: which, what is wrong, what to do. */
    public List<String> faults() {
      return faults;
    }
  }

  /** Every setting by name. */
  public Map<String, String> values() {
    return Map.copyOf(values);
  }

  /** A setting that must have a value. */
  public String text(String name) {
    return optional(name)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "it is empty; see config/application.properties for its default"));
  }

  /** A setting that may be left empty. */
  public Optional<String> optional(String name) {
    return Optional.ofNullable(values.get(name))
        .map(String::strip)
        .filter(value -> !value.isEmpty());
  }

  /**
   * A whole number.
   *
   * @throws IllegalArgumentException where it is none, or outside of its range
   */
  public long number(String name, long min, long max) {
    String text = text(name);
    try {
      long value = Long.parseLong(text);
      if (value >= min && value <= max) {
        return value;
      }
    } catch (NumberFormatException notANumber) {
      // answered below, as a number outside of the range
    }
    throw new IllegalArgumentException(
        "\""
            + text
            + "\" is not a whole number from "
            + min
            + (max == Long.MAX_VALUE ? " up" : " to " + max));
  }

  /** A time in milliseconds, at least one. */
  public Duration millis(String name) {
    return Duration.ofMillis(number(name, 1, Integer.MAX_VALUE));
  }

  /** A time in hours, at least one. */
  public Duration hours(String name) {
    return Duration.ofHours(number(name, 1, 100_000));
  }

  public String host() {
    return text("gateway.host");
  }

  /** Whether the host is reachable from this machine alone. */
  public boolean isLoopback() {
    try {
      return InetAddress.getByName(host()).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(
          "\""
              + host()
              + "\" is not an address of this machine; use 127.0.0.1, or 0.0.0.0 for every interface");
    }
  }

  /** The port; 0 is any free one. */
  public int port() {
    return (int) number("gateway.port", 0, 65_535);
  }

  /** How many prompts one backend is given at a time. */
  public int window() {
    return (int) number("gateway.window", 1, 1_000);
  }

  public Path dataDir() {
    return Path.of(text("gateway.data-dir")).toAbsolutePath().normalize();
  }

  public Path routesDir() {
    return Path.of(text("gateway.routes-dir")).toAbsolutePath().normalize();
  }

  public Path workflowsDir() {
    return Path.of(text("gateway.workflows-dir")).toAbsolutePath().normalize();
  }

  /** The URL under which callers reach the gateway; empty where it is host and port. */
  public Optional<String> publicUrl() {
    return optional("gateway.public-url").map(text -> httpUrl(text).toString());
  }

  /** The S3 endpoint; empty for AWS's own. */
  public Optional<URI> s3Endpoint() {
    return optional("gateway.s3.endpoint").map(Settings::httpUrl);
  }

  private static URI httpUrl(String text) {
    URI url = URI.create(text.replaceAll("/+$", ""));
    if (!("http".equals(url.getScheme()) || "https".equals(url.getScheme()))
        || url.getHost() == null) {
      throw new IllegalArgumentException("\"" + text + "\" is not a URL of the form https://host");
    }
    return url;
  }
}
