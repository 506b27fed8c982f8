package io.comfygateway.settings;

import io.comfygateway.delivery.RetryDelays;
import io.comfygateway.job.Database;
import io.comfygateway.pool.PoolFile;
import io.comfygateway.pool.ProbePolicy;
import io.comfygateway.workflow.FileFault;
import io.comfygateway.workflow.NodesFile;
import io.comfygateway.workflow.ValidationMode;
import java.io.IOException;
import java.io.Reader;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.camel.impl.DefaultCamelContext;

/** The settings of {@code config/application.properties}, read and checked once. */
public final class Settings {
  private final Map<String, String> values;
  private final Map<String, String> unresolved;

  private Settings(Map<String, String> values, Map<String, String> unresolved) {
    this.values = values;
    this.unresolved = unresolved;
  }

  /**
   * Reads the settings.
   *
   * @param file {@code application.properties}
   * @param overrides what takes precedence over the file and the environment
   * @throws InvalidSettings where a value cannot be used; it names every such setting
   */
  public static Settings read(Path file, Map<String, String> overrides) {
    Settings settings = load(file, overrides);
    List<FileFault> faults =
        new ArrayList<>(new SettingsCheck(settings, file, System.getenv()).faults());
    if (faults.isEmpty()) {
      // While it runs, such a file leaves the pool as it is; now there is none yet.
      PoolFile pool = new PoolFile(settings.backendsFile(), settings.window(), System.getenv());
      pool.initial(List.of());
      faults.addAll(pool.faults());
      faults.addAll(new NodesFile(settings.nodesFile()).faults());
    }
    if (!faults.isEmpty()) {
      throw new InvalidSettings(faults);
    }
    return settings;
  }

  /**
   * The same, but for what the values are: any of them may be unusable.
   *
   * @throws InvalidSettings where the file cannot be read
   */
  public static Settings load(Path file, Map<String, String> overrides) {
    Map<String, String> values = new TreeMap<>();
    Map<String, String> unresolved = new TreeMap<>();
    try (DefaultCamelContext resolver = new DefaultCamelContext(false)) {
      resolver.build();
      Properties written = new Properties();
      try (Reader reader = Files.newBufferedReader(file)) {
        written.load(reader);
      }
      Properties overriding = new Properties();
      overriding.putAll(overrides);
      resolver.getPropertiesComponent().setInitialProperties(written);
      resolver.getPropertiesComponent().setOverrideProperties(overriding);
      for (String name : written.stringPropertyNames()) {
        try {
          values.put(name, resolver.resolvePropertyPlaceholders(written.getProperty(name)));
        } catch (IllegalArgumentException e) {
          unresolved.put(name, "its placeholder cannot be resolved: " + e.getMessage());
        }
      }
    } catch (IOException | IllegalArgumentException e) {
      throw new InvalidSettings(List.of(unreadable(file, e)));
    }
    values.putAll(overrides);
    unresolved.keySet().removeAll(overrides.keySet());
    return new Settings(values, unresolved);
  }

  private static FileFault unreadable(Path file, Exception why) {
    return why instanceof NoSuchFileException
        ? new FileFault(
            file.toString(),
            0,
            "",
            "There is no such file",
            "start in the gateway's folder, or name the file with --config or GATEWAY_CONFIG")
        : new FileFault(
            file.toString(),
            0,
            "",
            "The file cannot be read (" + why + ")",
            "it must be UTF-8 text of lines name=value that this user may read");
  }

  /** Settings that cannot be used. */
  public static final class InvalidSettings extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;
    private final transient List<FileFault> faults;

    public InvalidSettings(List<FileFault> faults) {
      super(faults.stream().map(FileFault::toString).collect(Collectors.joining("\n")));
      this.faults = List.copyOf(faults);
    }

    /** One a setting: which, where, what is wrong, what to do. */
    public List<FileFault> faults() {
      return faults;
    }
  }

  /** Every setting by name. */
  public Map<String, String> values() {
    return Map.copyOf(values);
  }

  /** The settings of a map instead of a file; none of them is checked. */
  public static Settings of(Map<String, String> values) {
    return new Settings(new TreeMap<>(values), Map.of());
  }

  /**
   * The value of a setting.
   *
   * @throws IllegalArgumentException where it cannot be used; the message says why
   */
  public <T> T get(Setting<T> setting) {
    if (setting.type().whenEmpty().isEmpty() && !isKnown(setting)) {
      throw new IllegalArgumentException("it is missing");
    }
    return setting.parse(optional(setting.name()));
  }

  private boolean isKnown(Setting<?> setting) {
    return values.containsKey(setting.name()) || unresolved.containsKey(setting.name());
  }

  /** Whether a setting is not left empty. */
  public boolean isSet(Setting<?> setting) {
    return optional(setting.name()).isPresent();
  }

  /** A setting that must have a value. */
  public String text(String name) {
    return optional(name)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    values.containsKey(name)
                        ? "it is empty"
                        : "it is missing; the config/application.properties that comes with the"
                            + " gateway has its default"));
  }

  /** A setting that may be left empty. */
  public Optional<String> optional(String name) {
    if (unresolved.containsKey(name)) {
      throw new IllegalArgumentException(unresolved.get(name));
    }
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

  /**
   * A time with its unit, such as {@code 7d}; longer than nothing.
   *
   * @throws IllegalArgumentException where it is none
   */
  public Duration period(String name) {
    String text = text(name);
    if (!text.matches("[0-9]{1,6}(ms|s|m|h|d)") || text.matches("0+[a-z]+")) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is not a time with its unit ms, s, m, h or d, such as 7d");
    }
    return RetryDelays.parse(text).first();
  }

  /** A time in hours, at least one. */
  public Duration hours(String name) {
    return Duration.ofHours(number(name, 1, 100_000));
  }

  /** The largest count that is allowed; 0 stands for none, and is told as the largest number. */
  public int limit(String name) {
    int value = (int) number(name, 0, 1_000_000_000);
    return value == 0 ? Integer.MAX_VALUE : value;
  }

  /** Words that are separated by commas; none where it is left empty. */
  public List<String> list(String name) {
    return optional(name).stream()
        .flatMap(text -> Arrays.stream(text.split(",")))
        .map(String::strip)
        .filter(word -> !word.isEmpty())
        .toList();
  }

  /** How long a stop waits for what is in hand. */
  public Duration stopLimit() {
    return Duration.ofSeconds(number("gateway.stop.limit-seconds", 1, 3_600));
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

  /** The file that lists the ComfyUI servers, where there is one. */
  public Path backendsFile() {
    return Path.of(text("gateway.backends.file"));
  }

  /** The file of the node classes that graphs may use. */
  public Path nodesFile() {
    return Path.of(text("gateway.nodes.file"));
  }

  /** What becomes of a graph that its ComfyUI may refuse. */
  public ValidationMode validation() {
    return ValidationMode.parse(text("gateway.validate"));
  }

  /** When a ComfyUI is taken out of the pool, and for how long. */
  public ProbePolicy patience() {
    return new ProbePolicy(
        (int) number("gateway.probe.failures", 1, 1_000),
        millis("gateway.probe.interval-ms"),
        millis("gateway.probe.longest-interval-ms"),
        (int) number("gateway.backends.failed-prompts", 1, 1_000),
        millis("gateway.backends.rest-ms"),
        millis("gateway.backends.longest-rest-ms"),
        Duration.ofSeconds(number("gateway.backends.object-info-seconds", 1, 1_000_000)));
  }

  /** Where the database is. */
  public Database.Address database() {
    return new Database.Address(
        optional("gateway.db.url"),
        optional("gateway.db.user"),
        optional("gateway.db.password"),
        dataDir());
  }

  /** How many connections to the database there are at most. */
  public int databaseConnections() {
    return (int) number("gateway.db.connections", 2, 1_000);
  }

  public Path dataDir() {
    return Path.of(text("gateway.data-dir")).toAbsolutePath().normalize();
  }

  /** Where the files of jobs are kept, which all gateways on one database must reach. */
  public Path filesDir() {
    return optional("gateway.files-dir")
        .map(folder -> Path.of(folder).toAbsolutePath().normalize())
        .orElseGet(this::dataDir);
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

  static URI httpUrl(String text) {
    try {
      URI url = new URI(text.replaceAll("(?<!/)/++$", ""));
      if (("http".equals(url.getScheme()) || "https".equals(url.getScheme()))
          && url.getHost() != null) {
        return url;
      }
    } catch (URISyntaxException notAUri) {
      // answered below, as everything else that is not a URL of the form
    }
    throw new IllegalArgumentException("\"" + text + "\" is not a URL of the form https://host");
  }
}
