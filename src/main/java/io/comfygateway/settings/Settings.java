package io.comfygateway.settings;

import io.comfygateway.config.FileFault;
import io.comfygateway.database.Database;
import io.comfygateway.pool.PoolFile;
import io.comfygateway.workflow.NodesFile;
import java.io.IOException;
import java.io.Reader;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
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
   * @throws InvalidSettings if values cannot be used; it names every such setting
   */
  public static Settings read(Path file, Map<String, String> overrides) {
    Settings settings = load(file, overrides);
    List<FileFault> faults =
        new ArrayList<>(new SettingsCheck(settings, file, System.getenv()).faults());
    if (faults.isEmpty()) {
      // Later, a faulty file leaves the pool as it is; at the start there is no pool yet.
      PoolFile pool =
          new PoolFile(
              settings.get(ServerSettings.FILE),
              settings.get(ServerSettings.WINDOW),
              System.getenv());
      pool.initial(List.of());
      faults.addAll(pool.faults());
      faults.addAll(new NodesFile(settings.get(LimitSettings.NODES_FILE)).faults());
    }
    if (!faults.isEmpty()) {
      throw new InvalidSettings(faults);
    }
    return settings;
  }

  /**
   * Reads the settings without checking their values.
   *
   * @throws InvalidSettings if the file cannot be read
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

  /** The settings cannot be used. */
  public static final class InvalidSettings extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;
    private final transient List<FileFault> faults;

    public InvalidSettings(List<FileFault> faults) {
      super(faults.stream().map(FileFault::toString).collect(Collectors.joining("\n")));
      this.faults = List.copyOf(faults);
    }

    /** The faults, one for each setting. */
    public List<FileFault> faults() {
      return faults;
    }
  }

  /** The texts of all settings by name. */
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
   * @throws IllegalArgumentException if it cannot be used; the message says why
   */
  public <T> T get(Setting<T> setting) {
    if (setting.type().whenEmpty().isEmpty() && !isKnown(setting)) {
      throw new IllegalArgumentException("it is missing");
    }
    return setting.parse(text(setting));
  }

  private boolean isKnown(Setting<?> setting) {
    return values.containsKey(setting.name()) || unresolved.containsKey(setting.name());
  }

  /** Whether a setting is not left empty. */
  public boolean isSet(Setting<?> setting) {
    return text(setting).isPresent();
  }

  private Optional<String> text(Setting<?> setting) {
    if (unresolved.containsKey(setting.name())) {
      throw new IllegalArgumentException(unresolved.get(setting.name()));
    }
    return Optional.ofNullable(values.get(setting.name()))
        .map(String::strip)
        .filter(value -> !value.isEmpty());
  }

  /** Whether only this machine can reach the gateway. */
  public boolean isLoopback() {
    String host = get(PortSettings.HOST);
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(
          "\""
              + host
              + "\" is not an address of this machine; use 127.0.0.1, or 0.0.0.0 for every interface");
    }
  }

  /** Where the database is. */
  public Database.Address database() {
    return new Database.Address(
        get(StorageSettings.DB_URL),
        get(StorageSettings.DB_USER),
        get(StorageSettings.DB_PASSWORD),
        get(StorageSettings.DATA_DIR));
  }

  /** Where the files of jobs are, which gateways on one database share. */
  public Path filesDir() {
    return get(StorageSettings.FILES_DIR).orElseGet(() -> get(StorageSettings.DATA_DIR));
  }
}
