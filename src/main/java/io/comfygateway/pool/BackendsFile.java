package io.comfygateway.pool;

import io.comfygateway.config.FileFault;
import io.comfygateway.config.Yaml;
import io.comfygateway.config.YamlFields;
import io.comfygateway.config.YamlReader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads {@code config/backends.yaml}, the list of ComfyUI servers: {@code backends:} with a mapping
 * from name to {@code url}, {@code window}, {@code labels}, {@code drain}, {@code credentials} and
 * {@code tls}. {@code docs/backends.md} describes each.
 */
public final class BackendsFile {
  private static final List<String> KNOWN =
      List.of("url", "window", "labels", "drain", "credentials", "tls");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._:-]{1,200}");
  private static final int LARGEST_WINDOW = 1_000;

  private final YamlFields fields;
  private final SecretFields secrets;
  private final int window;
  private final List<Backend> backends = new ArrayList<>();
  private final Map<URI, String> urls = new HashMap<>();
  private final Map<String, Backend> addresses = new HashMap<>();

  private BackendsFile(YamlFields fields, SecretFields secrets, int window) {
    this.fields = fields;
    this.secrets = secrets;
    this.window = window;
  }

  /**
   * The content of a file.
   *
   * @param backends the servers; complete only where there is no fault
   * @param faults what is wrong, each with its line, its field and how to fix it; never with a
   *     secret
   * @param certificates the files that it names
   */
  public record Reading(List<Backend> backends, List<FileFault> faults, Set<Path> certificates) {}

  /**
   * Reads a file.
   *
   * @param window the window of servers that set none
   * @param environment the values of {@code ${NAME}}
   * @throws IOException where the file cannot be read
   */
  public static Reading read(Path file, int window, Map<String, String> environment)
      throws IOException {
    List<FileFault> faults = new ArrayList<>();
    YamlFields fields = new YamlFields(file.toString(), faults);
    Optional<Yaml> yaml = new YamlReader(file.toString(), faults).read(file);
    SecretFields secrets =
        new SecretFields(
            fields, environment, Objects.requireNonNull(file.toAbsolutePath().getParent()));
    BackendsFile reader = new BackendsFile(fields, secrets, window);
    if (faults.isEmpty()) {
      reader.all(file, yaml, faults);
    }
    return new Reading(
        List.copyOf(reader.backends), List.copyOf(faults), Set.copyOf(secrets.filesRead()));
  }

  private void all(Path file, Optional<Yaml> yaml, List<FileFault> faults) {
    Optional<Yaml> servers =
        yaml.filter(top -> fields.mapping(top, List.of("backends")))
            .flatMap(top -> top.child("backends"))
            .filter(value -> fields.mapping(value, value.children().keySet()));
    servers.ifPresent(value -> value.children().forEach(this::one));
    if (faults.isEmpty() && backends.isEmpty()) {
      faults.add(
          new FileFault(
              file.toString(),
              0,
              "backends",
              "It names no backend",
              "name at least one: backends: {gpu-1: {url: http://127.0.0.1:8188}}"));
    }
  }

  private void one(String name, Yaml yaml) {
    if (!NAME.matcher(name).matches()) {
      fields.fault(yaml, "This is not a name for a backend", "use letters, digits, ., _, : and -");
      return;
    }
    if (!fields.mapping(yaml, KNOWN)) {
      return;
    }
    Optional<URI> url = url(yaml);
    Backend backend =
        new Backend(
            name,
            url.orElse(URI.create("http://unknown")),
            window(yaml),
            labels(yaml),
            fields.bool(yaml, "drain").orElse(false),
            secrets.credentials(yaml),
            secrets.tls(yaml, url.filter(it -> "https".equals(it.getScheme())).isPresent()));
    if (url.isPresent() && isAlone(yaml, backend)) {
      backends.add(backend);
    }
  }

  private Optional<URI> url(Yaml yaml) {
    if (yaml.child("url").isEmpty()) {
      fields.fault(yaml, "It has no url", "add one, such as url: http://127.0.0.1:8188");
      return Optional.empty();
    }
    Yaml at = yaml.child("url").get();
    return fields
        .text(yaml, "url")
        .flatMap(text -> secrets.resolved(at, text))
        .flatMap(
            text -> {
              try {
                return Optional.of(Backend.address(text));
              } catch (IllegalArgumentException e) {
                // The text may contain a password.
                fields.fault(
                    at,
                    "This is not a URL of the form http://host:port",
                    "write one; credentials have a field of their own");
                return Optional.empty();
              }
            });
  }

  private int window(Yaml yaml) {
    Optional<Integer> given = fields.count(yaml, "window");
    if (given.filter(count -> count > LARGEST_WINDOW).isPresent()) {
      fields.fault(
          yaml.child("window").orElse(yaml), "The window is too large", "2 keeps a GPU busy");
    }
    return given.orElse(window);
  }

  private Set<String> labels(Yaml yaml) {
    Set<String> labels = new HashSet<>();
    Optional<Yaml> list = yaml.child("labels");
    if (list.filter(value -> !value.json().isArray()).isPresent()) {
      fields.fault(list.get(), "This must be a list", "write [one, two]");
    }
    for (Yaml item : list.map(Yaml::items).orElse(List.of())) {
      if (item.json().isTextual() && NAME.matcher(item.json().asText()).matches()) {
        labels.add(item.json().asText());
      } else {
        fields.fault(item, "This is not a label", "use letters, digits, ., _, : and -");
      }
    }
    return Set.copyOf(labels);
  }

  private boolean isAlone(Yaml yaml, Backend backend) {
    String other = urls.putIfAbsent(backend.url(), backend.name());
    if (other != null) {
      fields.fault(
          yaml.child("url").orElse(yaml),
          "The backend " + other + " has the same url",
          "name each server once, and raise its window for more prompts at a time");
      return false;
    }
    String address = backend.host() + ":" + backend.port();
    Backend same = addresses.putIfAbsent(address, backend);
    if (same != null && !same.tls().equals(backend.tls())) {
      fields.fault(
          yaml,
          "The backend " + same.name() + " has the same host and port, but another tls",
          "give both the same tls");
      return false;
    }
    return true;
  }
}
